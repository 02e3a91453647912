// Sorting: gradients go back to where the elements stood.
import type { SortAttrs } from "@gradkit/tensor/recorder";
import type { Vjp } from "../vjp.ts";
import { picked } from "./picked.ts";

export const sort: Vjp<SortAttrs> = picked;
