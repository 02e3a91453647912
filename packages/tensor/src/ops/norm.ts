// torch.norm: the norms of statistics.ts, and the nuclear one, which takes singular values.
import { matrixNorm } from "../linalg/norms.ts";
import type { Tensor } from "../tensor.ts";
import type { Dims, ReduceOptions } from "./reduce.ts";
import { norm as powerNorm } from "./statistics.ts";

/** The p-norm of all elements, or over dims; p may be ±∞ and 0. "nuc" is the sum of the singular values of matrices, whose dims default to the last two. */
export const norm = (x: Tensor, p: number | "fro" | "nuc" = "fro", dims?: Dims, options: ReduceOptions = {}): Tensor =>
  p === "nuc" ? matrixNorm(x, "nuc", dims ? ([dims].flat() as number[]) : [-2, -1], options) : powerNorm(x, p, dims, options);
