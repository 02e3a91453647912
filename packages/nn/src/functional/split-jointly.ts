// Views of the parts of a tensor whose gradients are joined in one piece: a part of its own would give a tensor full of zeros each.
import { customFunction } from "@gradkit/autograd/custom-function";
import { cat, split, type Tensor } from "@gradkit/tensor";

/** As `split`, for parts that are all used: the gradient is one concatenation. */
export const splitJointly: (x: Tensor, sizes: readonly number[], dim: number) => Tensor[] = /* @__PURE__ */ customFunction(
  "splitJointly",
  (_ctx, x: Tensor, sizes: readonly number[], dim: number) => split(x, sizes, dim),
  ({ args: [, , dim] }, ...gradients) => [cat(gradients, dim), null, null],
);
