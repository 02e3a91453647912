// Resilient backpropagation.
import { fullLike, type Tensor } from "@gradkit/tensor";
import { clamp, gt, lt, mul, type Node, neg, select, sub } from "@gradkit/tensor/formula";
import {
  buffer,
  type CommonOptions,
  checkAtLeastZero,
  countStep,
  Optimizer,
  type ParamGroup,
  type ParamState,
  type Params,
} from "./optimizer.ts";
import { updateRule } from "./update-rule.ts";

export interface RpropOptions extends CommonOptions {
  /** Factors of the step where the gradient turned around, and where it did not. Default: [0.5, 1.2]. */
  etas: readonly [number, number];
  /** Smallest and largest step. Default: [1e-6, 50]. */
  stepSizes: readonly [number, number];
}

const signOf = (x: Node): Node => select(gt(x, 0), 1, select(lt(x, 0), -1, 0));

/** Riedmiller & Braun 1993, without weight backtracking: where the sign changed, the gradient counts as 0. */
const rprop = /* @__PURE__ */ updateRule(
  "rprop",
  ["etaMinus", "etaPlus", "smallest", "largest"],
  ({ etaMinus, etaPlus, smallest, largest }, { maximize }: Record<"maximize", boolean>) =>
    (w: Node, previous: Node, size: Node, g: Node) => {
      const slope = maximize ? neg(g) : g;
      const agreement = mul(slope, previous);
      const turned = lt(agreement, 0);
      const factor = select(gt(agreement, 0), etaPlus, select(turned, etaMinus, 1));
      const size1 = clamp(mul(size, factor), smallest, largest);
      const slope1 = select(turned, 0, slope);
      return [sub(w, mul(signOf(slope1), size1)), slope1, size1];
    },
);

/** Steps that follow only the sign of the gradient, one size for each weight: for full batches. */
export class Rprop extends Optimizer<RpropOptions> {
  constructor(params: Params<RpropOptions>, options: Partial<RpropOptions> = {}) {
    super("Rprop", params, { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false, ...options });
  }

  protected override checkOptions({ etas: [minus, plus] }: RpropOptions): void {
    checkAtLeastZero("Rprop", { "etas[0]": minus, "1 - etas[0]": 1 - minus, "etas[1] - 1": plus - 1 });
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<RpropOptions>): void {
    const { lr, etas, stepSizes, maximize } = group;
    countStep(state);
    state.stepSize ??= fullLike(param, lr).keep();
    const targets = [param, buffer(state, "prev", param), state.stepSize as Tensor];
    this.change(rprop({ maximize }), targets, [grad], {
      etaMinus: etas[0],
      etaPlus: etas[1],
      smallest: stepSizes[0],
      largest: stepSizes[1],
    });
  }
}
