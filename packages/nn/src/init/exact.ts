// Initial values without chance.
import { formatShape, ShapeError, type Tensor } from "@gradkit/tensor";
import { write } from "./write.ts";

/** One value everywhere. */
export const constant_ = (x: Tensor, value: number): Tensor => write(x, () => new Float32Array(x.numel).fill(value));
/** Ones everywhere. */
export const ones_ = (x: Tensor): Tensor => constant_(x, 1);
/** Zeros everywhere. */
export const zeros_ = (x: Tensor): Tensor => constant_(x, 0);

/** Ones on the diagonal of a matrix. */
export function eye_(x: Tensor): Tensor {
  if (x.ndim !== 2) throw new ShapeError("eye_", `expected a matrix (got ${formatShape(x.shape)})`);
  const [rows, columns] = x.shape as readonly [number, number];
  return write(x, () => {
    const values = new Float32Array(x.numel);
    for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1;
    return values;
  });
}

export interface DiracOptions {
  /** Default: 1. */
  groups?: number;
}

/** A convolution's weight [out, in/groups, …kernel] that hands on its channels as they are, as many as there are outputs for. */
export function dirac_(x: Tensor, { groups = 1 }: DiracOptions = {}): Tensor {
  if (x.ndim < 3 || x.ndim > 5) throw new ShapeError("dirac_", `expected a weight with 3 to 5 dims (got ${formatShape(x.shape)})`);
  const [out, input, ...kernel] = x.shape as readonly [number, number, ...number[]];
  if (out % groups !== 0)
    throw new ShapeError("dirac_", `${out} outputs do not divide into ${groups} groups (got ${formatShape(x.shape)})`);
  const field = kernel.reduce((product, size) => product * size, 1);
  const centre = kernel.reduce((at, size) => at * size + Math.floor(size / 2), 0);
  return write(x, () => {
    const values = new Float32Array(x.numel);
    const perGroup = out / groups;
    for (let group = 0; group < groups; group++) {
      for (let channel = 0; channel < Math.min(perGroup, input); channel++) {
        values[((group * perGroup + channel) * input + channel) * field + centre] = 1;
      }
    }
    return values;
  });
}
