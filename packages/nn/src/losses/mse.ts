// Mean squared error.
import { pointwise, scope, type Tensor } from "@gradkit/tensor";
import { mul, sub } from "@gradkit/tensor/formula";
import { checkSameShape, Loss, reduceWeighted, type WeightedLossOptions } from "./reduction.ts";

const squaredError = /* @__PURE__ */ pointwise("mseLoss", (x, y) => mul(sub(x, y), sub(x, y)));

/** (input − target)². Throws a ShapeError where the shapes differ. */
export function mseLoss(input: Tensor, target: Tensor, options: WeightedLossOptions = {}): Tensor {
  checkSameShape("mseLoss", input, target);
  return scope(() => reduceWeighted("mseLoss", squaredError(input, target), options));
}

/**
 * (input − target)².
 *
 * @example
 * new MSELoss().call(tensor([1, 2]), tensor([1, 4])); // 2
 */
export class MSELoss extends Loss {
  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}
