// Settings along spatial dims.
import { formatShape, ShapeError } from "@gradkit/tensor";

/** One number for all spatial dims, or one for each. */
export type PerDim = number | readonly number[];

/** A number for each spatial dim. `name` is the setting's. */
export function perDim(op: string, value: PerDim, dims: number, name: string): readonly number[] {
  if (typeof value === "number") return new Array<number>(dims).fill(value);
  if (value.length === dims) return value;
  throw new ShapeError(op, `${name} must be one number or ${dims} (got ${formatShape(value)})`);
}
