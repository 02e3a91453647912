// From values on the host to an existing tensor.
import { defaultGenerator, type Generator, noGrad, scope, type Tensor, tensor } from "@gradkit/tensor";

export interface DrawOptions {
  /** Default: the default generator, seeded by `manualSeed`. */
  generator?: Generator;
}

export const generatorOf = ({ generator }: DrawOptions): Generator => generator ?? defaultGenerator;

/** Overwrites `target` with values in row-major order, outside the graph. They are not computed for the meta device. */
export function write(target: Tensor, values: () => Float32Array): Tensor {
  const { shape, device } = target;
  if (!device.capabilities.shapesOnly) noGrad(() => scope(() => target.copy_(tensor(values(), { shape, device }))));
  return target;
}
