// What the samples of a row of the pointwise table start from: the op as a function, and values within its domain.
import type { DType } from "../../dtype.ts";
import { pointwiseFunctions } from "../../ops/pointwise.ts";
import type { Tensor } from "../../tensor.ts";
import type { Range, RowDomain } from "./row-domain.ts";
import { between, listed, type Values, whole } from "./values.ts";

type Call = (...operands: (Tensor | number)[]) => Tensor;

const functions = pointwiseFunctions as unknown as Readonly<Record<string, (...args: unknown[]) => Tensor>>;

/** The op of a row, with the run-time scalars of its domain. */
export function callOf(name: string, { scalars }: RowDomain): Call {
  const op = functions[name] as (...args: unknown[]) => Tensor;
  return (...operands) => (scalars ? op(...operands, scalars) : op(...operands));
}

/** Values of a dtype within a range; bools are zeros and ones, or ones where zero is out of range. */
export function valuesFor(dtype: DType, [low, high]: Range): Values {
  if (dtype === "float32") return between(low, high);
  if (dtype === "bool") return low > 0 ? listed(1) : whole(0, 1);
  const first = Math.max(Math.ceil(low), dtype === "uint8" ? 0 : Number.NEGATIVE_INFINITY);
  return whole(first, Math.max(first, Math.floor(high)));
}

/** Where functions stop being ordinary. */
export const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0];
