// Views of the parts of a tensor, recorded as one op: the gradient is one concatenation. Each on its own would give a tensor full of zeros.
import { cat, type DType, noGrad, type Shape, split, type Tensor } from "@gradkit/tensor";
import { needsGrad } from "@gradkit/tensor/recorder";
import { type Gradients, GradNode } from "./node.ts";
import { edgeOf } from "./view-history.ts";

class SplitNode extends GradNode {
  readonly #dim: number;
  readonly #shapes: readonly Shape[];
  readonly #dtype: DType;

  constructor(x: Tensor, parts: readonly Tensor[], dim: number) {
    super("splitJointly", [edgeOf(x)], [x.outputIndex]);
    this.#dim = dim;
    this.#shapes = parts.map(({ shape }) => shape);
    this.#dtype = x.dtype;
  }

  override gradients(incoming: Gradients): Gradients {
    const like = incoming.find((g) => g) as Tensor;
    const pieces = this.#shapes.map((shape, k) => incoming[k] ?? like.newZeros(shape, { dtype: this.#dtype }));
    return [pieces.length === 1 ? like : cat(pieces, this.#dim)];
  }
}

/**
 * As `split`, for parts that are all used, such as the time steps of a sequence: T parts that were split off one by one would have a gradient of
 * T² in time. The parts are not to be written into.
 *
 * @example
 * const steps = splitJointly(x, new Array(x.shape[0]).fill(1), 0);
 */
export function splitJointly(x: Tensor, sizes: readonly number[], dim: number): Tensor[] {
  const parts = noGrad(() => split(x, sizes, dim));
  if (parts.length > 0 && needsGrad([x])) new SplitNode(x, parts, dim).attach(parts);
  return parts;
}
