// Overwriting a tensor with one value.
import { dtypes } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { constantFormula } from "./creation.ts";
import { mapInPlace } from "./map.ts";

/** Writes `value` into every element. */
export const fill_ = (x: Tensor, value: number): Tensor => mapInPlace("fill_", constantFormula(dtypes[x.dtype].scalar), x, [], [value]);
export const zero_ = (x: Tensor): Tensor => fill_(x, 0);
