// Overwriting a tensor with one value.
import { dtypes } from "../dtype.ts";
import { formula, type ScalarType, scalar } from "../formula/nodes.ts";
import type { Tensor } from "../tensor.ts";
import { mapInPlace } from "./map.ts";

const constant = (type: ScalarType) => formula([], [type], [scalar(0, type)]);

/** Writes `value` into every element. */
export const fill_ = (x: Tensor, value: number): Tensor => mapInPlace("fill_", constant(dtypes[x.dtype].scalar), x, [], [value]);
export const zero_ = (x: Tensor): Tensor => fill_(x, 0);
