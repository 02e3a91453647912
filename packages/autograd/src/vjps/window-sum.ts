// Sums of windows: each place collects from the windows that hold it.
import type { WindowSumAttrs, WindowSumFunctions } from "@gradkit/tensor/recorder";
import type { Vjp } from "../vjp.ts";

export const windowSum: Vjp<WindowSumAttrs, WindowSumFunctions> = {
  reads: [],
  gradients: (g, call) => [call.functions.windowSumGrad(g, call.attrs)],
};
