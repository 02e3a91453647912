// The samples of every structured op. An op without samples does not compile.
import type { StructuredOpName } from "../../ops/index.ts";
import { attentionSamples } from "./attention.ts";
import { batchNormSamples } from "./batch-norm.ts";
import { convSamples } from "./conv.ts";
import { crossEntropySamples } from "./cross-entropy.ts";
import { gatherSamples } from "./gather.ts";
import { joinSamples } from "./join.ts";
import { layerNormSamples } from "./layer-norm.ts";
import { matmulSamples } from "./matmul.ts";
import { movementSamples } from "./movement.ts";
import { poolSamples } from "./pool.ts";
import { reduceSamples } from "./reduce.ts";
import type { Sample } from "./sample.ts";
import { scanSamples } from "./scan.ts";
import { scatterReduceSamples } from "./scatter-reduce.ts";
import { softmaxSamples } from "./softmax.ts";
import { sortSamples } from "./sort.ts";
import { windowSumSamples } from "./window-sum.ts";

export const structuredSamples = {
  ...movementSamples,
  ...reduceSamples,
  ...matmulSamples,
  ...joinSamples,
  ...gatherSamples,
  ...scatterReduceSamples,
  ...scanSamples,
  ...sortSamples,
  ...convSamples,
  ...poolSamples,
  ...windowSumSamples,
  ...softmaxSamples,
  ...crossEntropySamples,
  ...layerNormSamples,
  ...batchNormSamples,
  ...attentionSamples,
} satisfies Record<StructuredOpName, readonly Sample[]>;
