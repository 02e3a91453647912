// What a backend, an op or a gradient is tested with: the float64 reference backend, the sample tables and the conformance suite.

export { evaluate } from "../formula/evaluate.ts";
export { type ConformanceCase, type ConformanceOptions, conformance } from "./conformance.ts";
export { reference } from "./reference.ts";
export { allSamples, composedSamples } from "./samples/all.ts";
export { makeInput } from "./samples/make-input.ts";
export { type PointwiseName, pointwiseSamples } from "./samples/pointwise.ts";
export type { Operand, Results, Sample } from "./samples/sample.ts";
export { structuredSamples } from "./samples/structured.ts";
export type { Tolerance } from "./samples/tolerance.ts";
