// All sample tables, by op.
import { compositionSamples } from "./compositions.ts";
import { creationSamples } from "./creation.ts";
import { inPlaceSamples } from "./in-place.ts";
import { pointwiseSamples } from "./pointwise.ts";
import type { Sample } from "./sample.ts";
import { spatialSamples } from "./spatial.ts";
import { statisticsSamples } from "./statistics.ts";
import { structuredSamples } from "./structured.ts";

/** Every op of the library that has kernels or a formula, and the compositions among them, with their samples. */
export const allSamples = (): Readonly<Record<string, readonly Sample[]>> => ({
  ...pointwiseSamples(),
  ...structuredSamples,
  ...statisticsSamples,
  ...compositionSamples,
  ...spatialSamples,
  ...inPlaceSamples,
  ...creationSamples,
});
