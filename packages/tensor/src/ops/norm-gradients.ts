// What the gradients of normalisations share: asking the device for a kernel that computes all of them together.
import type { View } from "../backend.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allocate } from "./dispatch.ts";

/** The recorded call: inputs x, weight and bias, outputs y and the statistics. */
export interface NormCall<Attrs> {
  readonly attrs: Attrs;
  readonly inputs: readonly unknown[];
  wants(i: number): boolean;
  input(i: number): Tensor;
  output(k: number): Tensor;
}

/** Of x, weight and bias; null where not wanted. */
export type NormGradients = (Tensor | null)[];

/** What the kernel writes; null where it declines. `ends` is the shape of weight and bias. */
export function gradientsByKernel(
  name: string,
  g: Tensor,
  call: NormCall<unknown>,
  ends: Shape,
  kernel: (dx: View | null, dweight: View | null, dbias: View | null) => boolean,
): NormGradients | null {
  const outputs = [g.shape, ends, ends].map((shape, i) => (call.wants(i) ? allocate(g.device, shape, g.dtype, name) : null));
  const [dx, dweight, dbias] = outputs as [Tensor | null, Tensor | null, Tensor | null];
  if (kernel(dx, dweight, dbias)) return outputs;
  for (const output of outputs) output?.dispose();
  return null;
}
