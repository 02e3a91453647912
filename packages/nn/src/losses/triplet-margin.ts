// An anchor that should be nearer to one example than to another.
import { IndexError, scope, type Tensor } from "@gradkit/tensor";
import { castAsOne } from "@gradkit/tensor/recorder";
import { type PairwiseDistanceOptions, pairwiseDistance } from "../functional/distance.ts";
import { checkSameShape, Loss, type LossOptions, reduceLoss } from "./reduction.ts";

interface TripletOptions extends LossOptions {
  /** By how much nearer. Default: 1. */
  margin?: number;
  /** Also count how near the two examples are to each other (Balntas et al. 2016). Default: false. */
  swap?: boolean;
}

export interface TripletMarginLossOptions extends TripletOptions, Omit<PairwiseDistanceOptions, "keepdim"> {}

export interface TripletMarginWithDistanceLossOptions extends TripletOptions {
  /** Default: pairwiseDistance. */
  distanceFunction?: ((a: Tensor, b: Tensor) => Tensor) | null;
}

function checkMargin(margin: number): void {
  if (!(margin > 0)) throw new IndexError("tripletMarginLoss", `margin must be above 0 (got ${margin})`);
}

/** max(0, d(anchor, positive) − d(anchor, negative) + margin), with a distance of your own. */
export const tripletMarginWithDistanceLoss = /* @__PURE__ */ castAsOne(
  "tripletMarginLoss",
  (
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    { distanceFunction = null, margin = 1, swap = false, reduction = "mean" }: TripletMarginWithDistanceLossOptions = {},
  ): Tensor => {
    checkMargin(margin);
    checkSameShape("tripletMarginLoss", anchor, positive, "positive");
    checkSameShape("tripletMarginLoss", anchor, negative, "negative");
    const distance = distanceFunction ?? pairwiseDistance;
    return scope(() => {
      const near = distance(anchor, positive);
      const far = distance(anchor, negative);
      const farthest = swap ? far.minimum(distance(positive, negative)) : far;
      return reduceLoss("tripletMarginLoss", near.sub(farthest).add(margin).clamp(0), reduction);
    });
  },
);

/** max(0, d(anchor, positive) − d(anchor, negative) + margin), with the distance of a p-norm along the last dim. */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  { p = 2, eps = 1e-6, ...options }: TripletMarginLossOptions = {},
): Tensor {
  return tripletMarginWithDistanceLoss(anchor, positive, negative, {
    ...options,
    distanceFunction: (a, b) => pairwiseDistance(a, b, { p, eps }),
  });
}

abstract class TripletLoss<Options extends TripletOptions> extends Loss<Options> {
  constructor(options: Options = {} as Options) {
    super(options);
    checkMargin(options.margin ?? 1);
  }
}

/** For triplets of an anchor, an example of its kind and one of another. */
export class TripletMarginLoss extends TripletLoss<TripletMarginLossOptions> {
  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/** As TripletMarginLoss, with a distance of your own. */
export class TripletMarginWithDistanceLoss extends TripletLoss<TripletMarginWithDistanceLossOptions> {
  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginWithDistanceLoss(anchor, positive, negative, this.options);
  }
}
