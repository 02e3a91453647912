// All sample tables, by op.
import { bitSamples } from "./bits.ts";
import { compositionSamples } from "./compositions.ts";
import { contractionSamples } from "./contractions.ts";
import { creationSamples } from "./creation.ts";
import { gridSampleSamples } from "./grid-sample.ts";
import { inPlaceSamples } from "./in-place.ts";
import { linalgSamples } from "./linalg.ts";
import { pointwiseSamples } from "./pointwise.ts";
import type { Sample } from "./sample.ts";
import { scatterReduceCompositions } from "./scatter-reduce.ts";
import { selectionSamples } from "./selections.ts";
import { spatialSamples } from "./spatial.ts";
import { specialSamples } from "./special.ts";
import { statisticsSamples } from "./statistics.ts";
import { structuredSamples } from "./structured.ts";

/** What is composed of other ops, beyond the core. */
export const composedSamples = {
  ...bitSamples,
  ...contractionSamples,
  ...selectionSamples,
  ...scatterReduceCompositions,
  ...linalgSamples,
  ...specialSamples,
};

/** Every op of the library that has kernels or a formula, and the compositions among them, with their samples. */
export const allSamples = (): Readonly<Record<string, readonly Sample[]>> => ({
  ...pointwiseSamples(),
  ...structuredSamples,
  ...statisticsSamples,
  ...compositionSamples,
  ...composedSamples,
  ...spatialSamples,
  ...gridSampleSamples,
  ...inPlaceSamples,
  ...creationSamples,
});
