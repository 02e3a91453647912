// Importing this file loads autograd: it tells tensors whom to tell about the ops that run on them.
import { installRecorder } from "@gradkit/tensor/recorder";
import { runBackward } from "./backward.ts";
import { recordInPlace } from "./in-place.ts";
import { recordMap, recordOp } from "./tape.ts";

installRecorder({
  recordMap,
  recordOp,
  recordInPlace,
  backward: (tensor, gradient, options) => runBackward([{ tensor, gradient }], options),
});
