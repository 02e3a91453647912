// Every loss at least once, by its exported name; targets too, where they have gradients in PyTorch.
import { rand, type Tensor, tensor } from "@gradkit/tensor";
import * as nn from "../../src/index.ts";
import { leaf } from "../check-gradients.ts";
import { type Row, row, whole } from "./row.ts";

const signs = (): Tensor => tensor([1, -1, 1], { dtype: "float64" });
const positive = (...shape: number[]): Tensor => rand(shape, { dtype: "float64" }).add(0.1).requiresGrad_();
/** Between 0 and 1, away from both. */
const probability = (...shape: number[]): Tensor => rand(shape, { dtype: "float64" }).mul(0.8).add(0.1).requiresGrad_();
const weights = (count: number): Tensor => rand([count]).add(0.5);

/** Once for each way to reduce. */
const reductions = (make: (options: { reduction: nn.Reduction }) => Row): Row[] =>
  (["mean", "sum", "none"] as const).map((reduction) => make({ reduction }));

/** Frames must be normalised: of others PyTorch's gradient is not that of the loss. */
const ctc = (options: nn.CTCLossOptions): Row => {
  const loss = new nn.CTCLoss(options);
  return {
    module: loss,
    inputs: [leaf(5, 2, 3)],
    run: (x) => [
      loss.call(
        (x as Tensor).logSoftmax(2),
        whole([
          [1, 2],
          [2, 2],
        ]),
        [5, 4],
        [2, 1],
      ),
    ],
  };
};

const pairs = (): [Tensor, Tensor] => [leaf(3, 4), leaf(3, 4)];

export const losses: Readonly<Record<string, () => readonly Row[]>> = {
  L1Loss: () => reductions((options) => row(new nn.L1Loss(options), pairs())),
  MSELoss: () => reductions((options) => row(new nn.MSELoss(options), pairs())),
  SmoothL1Loss: () => reductions((options) => row(new nn.SmoothL1Loss({ beta: 0.7, ...options }), pairs())),
  HuberLoss: () => reductions((options) => row(new nn.HuberLoss({ delta: 0.7, ...options }), pairs())),
  CrossEntropyLoss: () => [
    ...reductions((options) =>
      row(
        new nn.CrossEntropyLoss({ weight: weights(3), labelSmoothing: 0.1, ignoreIndex: 1, ...options }),
        [leaf(4, 3)],
        whole([0, 1, 2, 2]),
      ),
    ),
    ...reductions((options) =>
      row(new nn.CrossEntropyLoss({ weight: weights(3), labelSmoothing: 0.1, ...options }), [leaf(2, 3, 2), probability(2, 3, 2)]),
    ),
  ],
  NLLLoss: () =>
    reductions((options) => row(new nn.NLLLoss({ weight: weights(3), ignoreIndex: 1, ...options }), [leaf(4, 3)], whole([0, 1, 2, 2]))),
  BCELoss: () => reductions((options) => row(new nn.BCELoss({ weight: weights(4), ...options }), [probability(3, 4), probability(3, 4)])),
  BCEWithLogitsLoss: () =>
    reductions((options) =>
      row(new nn.BCEWithLogitsLoss({ weight: weights(4), posWeight: weights(4), ...options }), [leaf(3, 4), probability(3, 4)]),
    ),
  KLDivLoss: () => [
    ...reductions((options) => row(new nn.KLDivLoss(options), [leaf(3, 4), positive(3, 4)])),
    row(new nn.KLDivLoss({ reduction: "batchmean", logTarget: true }), pairs()),
  ],
  PoissonNLLLoss: () => [
    ...reductions((options) => row(new nn.PoissonNLLLoss(options), pairs())),
    row(
      new nn.PoissonNLLLoss({ logInput: false, full: true }),
      [positive(3, 4)],
      tensor([0, 1, 2, 3], { dtype: "float64" }).expand([3, 4]),
    ),
  ],
  GaussianNLLLoss: () => [
    ...reductions((options) => row(new nn.GaussianNLLLoss(options), [...pairs(), positive(3, 4)])),
    row(new nn.GaussianNLLLoss({ full: true }), [...pairs(), positive(3, 1)]),
  ],
  MarginRankingLoss: () => reductions((options) => row(new nn.MarginRankingLoss({ margin: 0.3, ...options }), [leaf(3), leaf(3)], signs())),
  CosineEmbeddingLoss: () => reductions((options) => row(new nn.CosineEmbeddingLoss({ margin: -0.5, ...options }), pairs(), signs())),
  HingeEmbeddingLoss: () => reductions((options) => row(new nn.HingeEmbeddingLoss(options), [leaf(3)], signs())),
  SoftMarginLoss: () => reductions((options) => row(new nn.SoftMarginLoss(options), [leaf(3)], signs())),
  MultiLabelSoftMarginLoss: () =>
    reductions((options) => row(new nn.MultiLabelSoftMarginLoss({ weight: weights(4), ...options }), [leaf(3, 4), probability(3, 4)])),
  MultiMarginLoss: () => [
    ...reductions((options) => row(new nn.MultiMarginLoss({ weight: weights(4), ...options }), [leaf(3, 4)], whole([1, 0, 3]))),
    row(new nn.MultiMarginLoss({ p: 2, margin: 0.5 }), [leaf(3, 4)], whole([1, 0, 3])),
  ],
  MultiLabelMarginLoss: () =>
    reductions((options) =>
      row(
        new nn.MultiLabelMarginLoss(options),
        [leaf(2, 4)],
        whole([
          [3, 0, -1, 1],
          [1, -1, 0, 2],
        ]),
      ),
    ),
  TripletMarginLoss: () => [
    ...reductions((options) => row(new nn.TripletMarginLoss(options), [leaf(3, 4), leaf(3, 4), leaf(3, 4)])),
    row(new nn.TripletMarginLoss({ swap: true, margin: 3, p: 3 }), [leaf(3, 4), leaf(3, 4), leaf(3, 4)]),
  ],
  TripletMarginWithDistanceLoss: () => {
    const distanceFunction = (a: Tensor, b: Tensor): Tensor => a.sub(b).square().sum(1);
    return [row(new nn.TripletMarginWithDistanceLoss({ distanceFunction, swap: true, margin: 9 }), [leaf(3, 4), leaf(3, 4), leaf(3, 4)])];
  },
  CTCLoss: () => (["mean", "sum", "none"] as const).map((reduction) => ctc({ reduction })),
};
