// Copies between devices: the gradient travels back.
import { toDevice } from "@gradkit/tensor/recorder";
import { infoOf, type Vjp } from "../vjp.ts";

export const transfer: Vjp<unknown> = {
  reads: [],
  gradients: (g, call) => [toDevice(g, infoOf(call, 0).device)],
};
