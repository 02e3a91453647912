// What a backend, an op or a gradient is tested with: the float64 reference backend and the conformance suite.

export { reference } from "./reference.ts";
