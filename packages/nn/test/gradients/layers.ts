// Every layer at least once, by its exported name; more often where an option leads through other code.
import { randn, type Tensor } from "@gradkit/tensor";
import * as nn from "../../src/index.ts";
import { leaf } from "../check-gradients.ts";
import { type Row, row, seededRow, whole } from "./row.ts";

type Class = new (...args: never[]) => nn.Module;

/** A layer that is called with one input. */
const one = (Layer: Class, args: readonly unknown[], ...shape: number[]): Row =>
  row(new (Layer as new (...args: unknown[]) => never)(...args), [leaf(...shape)]);

/** In training, and by running statistics that are not those of the batch. */
function trainAndEval(make: () => nn.Module, ...shape: number[]): Row[] {
  const evaluated = make() as nn.BatchNorm1d;
  evaluated.call(randn(shape));
  evaluated.eval();
  return [row(make() as nn.BatchNorm1d, [leaf(...shape)]), row(evaluated, [leaf(...shape)])];
}

/** Where windows do not overlap, every place is named once, as max-pooling's indices are. */
const unpool = (Layer: Class, shape: readonly number[], indices: Tensor): Row =>
  row(new (Layer as new (size: number) => never)(2), [leaf(...shape)], indices);

const weightedBag = (bag: nn.EmbeddingBag): Row => ({
  module: bag,
  inputs: [leaf(2, 2)],
  run: (weights) => [bag.call(whole([[1, 4], [0, 4]]), null, weights)], // biome-ignore format: a table
});

const recurrent = (Layer: typeof nn.RNN | typeof nn.GRU | typeof nn.LSTM): Row[] => {
  const layer = new Layer(2, 3, { numLayers: 2, bidirectional: true });
  const flat = (x: Tensor): readonly Tensor[] => (layer.call(x) as readonly (Tensor | readonly Tensor[])[]).flat() as Tensor[];
  return [{ module: layer, inputs: [leaf(3, 2, 2)], run: flat }];
};

const transformerOptions = { dimFeedforward: 5, dropout: 0 };
const encoderLayer = (options = {}): nn.TransformerEncoderLayer =>
  new nn.TransformerEncoderLayer(4, 2, { ...transformerOptions, ...options });
const decoderLayer = (options = {}): nn.TransformerDecoderLayer =>
  new nn.TransformerDecoderLayer(4, 2, { ...transformerOptions, ...options });

export const layers: Readonly<Record<string, () => readonly Row[]>> = {
  Linear: () => [one(nn.Linear, [3, 4], 2, 3), one(nn.Linear, [3, 4, { bias: false }], 3)],
  Bilinear: () => [row(new nn.Bilinear(2, 3, 4), [leaf(2, 2), leaf(2, 3)])],
  Identity: () => [one(nn.Identity, [], 3)],
  Flatten: () => [one(nn.Flatten, [], 2, 3, 2)],
  Unflatten: () => [one(nn.Unflatten, [1, [2, 3]], 2, 6)],
  Sequential: () => [one(nn.Sequential, [new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 2)], 2, 3)],

  ReLU: () => [one(nn.ReLU, [], 3, 4)],
  ReLU6: () => [one(nn.ReLU6, [], 3, 4)],
  SELU: () => [one(nn.SELU, [], 3, 4)],
  SiLU: () => [one(nn.SiLU, [], 3, 4)],
  Mish: () => [one(nn.Mish, [], 3, 4)],
  Sigmoid: () => [one(nn.Sigmoid, [], 3, 4)],
  LogSigmoid: () => [one(nn.LogSigmoid, [], 3, 4)],
  Tanh: () => [one(nn.Tanh, [], 3, 4)],
  Tanhshrink: () => [one(nn.Tanhshrink, [], 3, 4)],
  Softsign: () => [one(nn.Softsign, [], 3, 4)],
  Hardsigmoid: () => [one(nn.Hardsigmoid, [], 3, 4)],
  Hardswish: () => [one(nn.Hardswish, [], 3, 4)],
  LeakyReLU: () => [one(nn.LeakyReLU, [{ negativeSlope: 0.3 }], 3, 4)],
  ELU: () => [one(nn.ELU, [{ alpha: 1.5 }], 3, 4)],
  CELU: () => [one(nn.CELU, [{ alpha: 1.5 }], 3, 4)],
  GELU: () => [one(nn.GELU, [], 3, 4), one(nn.GELU, [{ approximate: "tanh" }], 3, 4)],
  Softplus: () => [one(nn.Softplus, [{ beta: 2, threshold: 1 }], 3, 4)],
  Hardtanh: () => [one(nn.Hardtanh, [{ minVal: -0.5, maxVal: 0.7 }], 3, 4)],
  Hardshrink: () => [one(nn.Hardshrink, [], 3, 4)],
  Softshrink: () => [one(nn.Softshrink, [], 3, 4)],
  Threshold: () => [one(nn.Threshold, [0.2, 3], 3, 4)],
  PReLU: () => [one(nn.PReLU, [], 3, 4), one(nn.PReLU, [4], 3, 4, 2)],
  RReLU: () => [
    seededRow((generator) => new nn.RReLU({ generator }), leaf(3, 4)),
    seededRow((generator) => new nn.RReLU({ generator }).eval(), leaf(3, 4)),
  ],
  GLU: () => [one(nn.GLU, [1], 2, 4, 3)],
  Softmax: () => [one(nn.Softmax, [1], 2, 3, 2)],
  LogSoftmax: () => [one(nn.LogSoftmax, [1], 2, 3, 2)],
  Softmin: () => [one(nn.Softmin, [1], 2, 3, 2)],
  Softmax2d: () => [one(nn.Softmax2d, [], 2, 3, 2, 2)],

  AdaptiveLogSoftmaxWithLoss: () => {
    const layer = new nn.AdaptiveLogSoftmaxWithLoss(4, 8, [3, 5], { divValue: 2, headBias: true });
    const call = (x: Tensor): Tensor[] => Object.values(layer.call(x, whole([0, 2, 4, 7, 5])));
    return [{ module: layer, inputs: [leaf(5, 4)], run: (x) => call(x as Tensor) }];
  },

  Conv1d: () => [
    one(nn.Conv1d, [2, 4, 3, { stride: 2, padding: 1, groups: 2 }], 2, 2, 7),
    one(nn.Conv1d, [2, 3, 3, { padding: "same", paddingMode: "circular" }], 2, 5),
  ],
  Conv2d: () => [
    one(nn.Conv2d, [2, 3, 3, { padding: 1, dilation: 2, stride: 2 }], 2, 2, 6, 5),
    one(nn.Conv2d, [2, 2, [2, 3], { padding: [1, 2], paddingMode: "reflect", bias: false }], 1, 2, 4, 4),
  ],
  Conv3d: () => [one(nn.Conv3d, [2, 2, 2, { padding: 1, paddingMode: "replicate" }], 1, 2, 3, 3, 2)],
  ConvTranspose1d: () => [one(nn.ConvTranspose1d, [4, 4, 3, { stride: 2, outputPadding: 1, groups: 2 }], 2, 4, 3)],
  ConvTranspose2d: () => [one(nn.ConvTranspose2d, [2, 3, [2, 3], { stride: 2, padding: 1, dilation: 2 }], 1, 2, 3, 3)],
  ConvTranspose3d: () => [one(nn.ConvTranspose3d, [2, 2, 2, { stride: 2, bias: false }], 1, 2, 2, 2, 2)],

  MaxPool1d: () => [one(nn.MaxPool1d, [3, { stride: 2, padding: 1 }], 2, 2, 7)],
  MaxPool2d: () => [one(nn.MaxPool2d, [2, { dilation: 2, ceilMode: true }], 1, 2, 6, 5)],
  MaxPool3d: () => [one(nn.MaxPool3d, [2, { stride: 1 }], 1, 2, 3, 3, 3)],
  MaxUnpool1d: () => [
    unpool(
      nn.MaxUnpool1d,
      [1, 2, 3],
      whole([
        [1, 2, 5],
        [0, 3, 4],
      ]).unsqueeze(0),
    ),
  ],
  MaxUnpool2d: () => [
    unpool(
      nn.MaxUnpool2d,
      [1, 1, 2, 2],
      whole([
        [1, 6],
        [8, 11],
      ]).view(1, 1, 2, 2),
    ),
  ],
  MaxUnpool3d: () => [unpool(nn.MaxUnpool3d, [1, 1, 1, 1, 2], whole([3, 12]).view(1, 1, 1, 1, 2))],
  AvgPool1d: () => [one(nn.AvgPool1d, [3, { stride: 2, padding: 1 }], 2, 2, 7)],
  AvgPool2d: () => [
    one(nn.AvgPool2d, [2, { padding: 1, countIncludePad: false, ceilMode: true }], 1, 2, 4, 5),
    one(nn.AvgPool2d, [2, { divisorOverride: 3 }], 1, 2, 4, 4),
  ],
  AvgPool3d: () => [one(nn.AvgPool3d, [2, { stride: 1 }], 1, 2, 3, 3, 2)],
  LPPool1d: () => [one(nn.LPPool1d, [2, 2], 1, 2, 6)],
  LPPool2d: () => [one(nn.LPPool2d, [2, 2, { stride: 1 }], 1, 2, 3, 3)],
  LPPool3d: () => [one(nn.LPPool3d, [2, 2], 1, 1, 2, 4, 2)],
  AdaptiveAvgPool1d: () => [one(nn.AdaptiveAvgPool1d, [3], 1, 2, 7)],
  AdaptiveAvgPool2d: () => [one(nn.AdaptiveAvgPool2d, [[2, null]], 1, 2, 5, 3)],
  AdaptiveAvgPool3d: () => [one(nn.AdaptiveAvgPool3d, [[2, 1, 2]], 1, 1, 3, 2, 5)],
  FractionalMaxPool2d: () => [seededRow((generator) => new nn.FractionalMaxPool2d(2, { outputSize: 3, generator }), leaf(1, 2, 6, 7))],
  FractionalMaxPool3d: () => [seededRow((generator) => new nn.FractionalMaxPool3d(2, { outputSize: 2, generator }), leaf(1, 1, 4, 5, 4))],
  AdaptiveMaxPool1d: () => [one(nn.AdaptiveMaxPool1d, [3], 1, 2, 7)],
  AdaptiveMaxPool2d: () => [one(nn.AdaptiveMaxPool2d, [[2, null]], 1, 2, 5, 3)],
  AdaptiveMaxPool3d: () => [one(nn.AdaptiveMaxPool3d, [[2, 1, 2]], 1, 1, 3, 2, 5)],

  ZeroPad1d: () => [one(nn.ZeroPad1d, [[1, 2]], 2, 2, 4)],
  ZeroPad2d: () => [one(nn.ZeroPad2d, [[1, -1, 0, 2]], 1, 2, 3, 4)],
  ZeroPad3d: () => [one(nn.ZeroPad3d, [1], 1, 1, 2, 2, 2)],
  ConstantPad1d: () => [one(nn.ConstantPad1d, [[1, 2], 3], 2, 2, 4)],
  ConstantPad2d: () => [one(nn.ConstantPad2d, [1, 3], 1, 2, 3, 4)],
  ConstantPad3d: () => [one(nn.ConstantPad3d, [1, 3], 1, 1, 2, 2, 2)],
  ReflectionPad1d: () => [one(nn.ReflectionPad1d, [[1, 2]], 2, 2, 4)],
  ReflectionPad2d: () => [one(nn.ReflectionPad2d, [[1, 2, 2, 0]], 1, 2, 3, 4)],
  ReflectionPad3d: () => [one(nn.ReflectionPad3d, [1], 1, 1, 2, 2, 2)],
  ReplicationPad1d: () => [one(nn.ReplicationPad1d, [[1, 2]], 2, 2, 4)],
  ReplicationPad2d: () => [one(nn.ReplicationPad2d, [[1, 2, 2, 0]], 1, 2, 3, 4)],
  ReplicationPad3d: () => [one(nn.ReplicationPad3d, [1], 1, 1, 2, 2, 2)],
  CircularPad1d: () => [one(nn.CircularPad1d, [[1, 2]], 2, 2, 4)],
  CircularPad2d: () => [one(nn.CircularPad2d, [[1, 2, 2, 0]], 1, 2, 3, 4)],
  CircularPad3d: () => [one(nn.CircularPad3d, [1], 1, 1, 2, 2, 2)],

  BatchNorm1d: () => [...trainAndEval(() => new nn.BatchNorm1d(3), 4, 3), ...trainAndEval(() => new nn.BatchNorm1d(2), 3, 2, 2)],
  BatchNorm2d: () => trainAndEval(() => new nn.BatchNorm2d(2, { momentum: null }), 2, 2, 2, 3),
  BatchNorm3d: () => trainAndEval(() => new nn.BatchNorm3d(2, { affine: false }), 2, 2, 2, 2, 1),
  InstanceNorm1d: () => trainAndEval(() => new nn.InstanceNorm1d(2, { affine: true, trackRunningStats: true }), 2, 2, 4),
  InstanceNorm2d: () => [one(nn.InstanceNorm2d, [2], 2, 2, 3)],
  InstanceNorm3d: () => [one(nn.InstanceNorm3d, [2, { affine: true }], 1, 2, 2, 2, 2)],
  LayerNorm: () => [one(nn.LayerNorm, [[2, 3]], 2, 2, 3), one(nn.LayerNorm, [4, { bias: false }], 3, 4)],
  RMSNorm: () => [one(nn.RMSNorm, [4], 2, 4), one(nn.RMSNorm, [[2, 3], { eps: 0.1, elementwiseAffine: false }], 2, 2, 3)],
  GroupNorm: () => [one(nn.GroupNorm, [2, 4], 2, 4, 3), one(nn.GroupNorm, [2, 4, { affine: false }], 2, 4)],
  LocalResponseNorm: () => [one(nn.LocalResponseNorm, [3, { alpha: 0.5 }], 1, 4, 3)],

  Dropout: () => [seededRow((generator) => new nn.Dropout(0.4, { generator }), leaf(3, 4))],
  Dropout1d: () => [seededRow((generator) => new nn.Dropout1d(0.4, { generator }), leaf(2, 4, 3))],
  Dropout2d: () => [seededRow((generator) => new nn.Dropout2d(0.4, { generator }), leaf(2, 4, 2, 2))],
  Dropout3d: () => [seededRow((generator) => new nn.Dropout3d(0.4, { generator }), leaf(2, 4, 2, 1, 2))],
  AlphaDropout: () => [seededRow((generator) => new nn.AlphaDropout(0.4, { generator }), leaf(3, 4))],
  FeatureAlphaDropout: () => [seededRow((generator) => new nn.FeatureAlphaDropout(0.4, { generator }), leaf(2, 4, 3))],

  Embedding: () => [
    row(
      new nn.Embedding(5, 3),
      [],
      whole([
        [1, 4, 1],
        [0, 1, 2],
      ]),
    ),
    row(new nn.Embedding(4, 3, { paddingIdx: 1 }), [], whole([0, 2, 3])),
  ],
  EmbeddingBag: () => [
    row(new nn.EmbeddingBag(5, 3), [], whole([1, 4, 1, 0]), whole([0, 3])),
    row(
      new nn.EmbeddingBag(5, 3, { mode: "max" }),
      [],
      whole([
        [1, 4, 0],
        [0, 1, 2],
      ]),
    ),
    weightedBag(new nn.EmbeddingBag(5, 3, { mode: "sum" })),
  ],

  RNN: () => recurrent(nn.RNN),
  GRU: () => recurrent(nn.GRU),
  LSTM: () => recurrent(nn.LSTM),
  RNNCell: () => [row(new nn.RNNCell(2, 3), [leaf(2, 2), leaf(2, 3)]), row(new nn.RNNCell(2, 3, { nonlinearity: "relu" }), [leaf(2)])],
  GRUCell: () => [row(new nn.GRUCell(2, 3), [leaf(2, 2), leaf(2, 3)])],
  LSTMCell: () => {
    const cell = new nn.LSTMCell(2, 3);
    return [
      { module: cell, inputs: [leaf(2, 2), leaf(2, 3), leaf(2, 3)], run: (x, h, c) => cell.call(x as Tensor, [h as Tensor, c as Tensor]) },
    ];
  },

  MultiheadAttention: () => [
    row(new nn.MultiheadAttention(4, 2), [leaf(3, 1, 4), leaf(2, 1, 4), leaf(2, 1, 4)]),
    row(
      new nn.MultiheadAttention(4, 2, { kdim: 3, vdim: 2, addBiasKv: true, addZeroAttn: true, batchFirst: true }),
      [leaf(1, 2, 4), leaf(1, 3, 3), leaf(1, 3, 2)],
      { needWeights: false },
    ),
  ],
  TransformerEncoderLayer: () => [
    row(encoderLayer(), [leaf(3, 1, 4)]),
    row(encoderLayer({ normFirst: true, activation: "gelu", bias: false }), [leaf(3, 4)]),
  ],
  TransformerEncoder: () => [row(new nn.TransformerEncoder(encoderLayer(), 2, new nn.LayerNorm(4)), [leaf(2, 1, 4)])],
  TransformerDecoderLayer: () => [row(decoderLayer({ normFirst: true }), [leaf(2, 1, 4), leaf(3, 1, 4)])],
  TransformerDecoder: () => [row(new nn.TransformerDecoder(decoderLayer(), 1, new nn.LayerNorm(4)), [leaf(2, 1, 4), leaf(3, 1, 4)])],
  Transformer: () => [
    row(new nn.Transformer({ dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, ...transformerOptions }), [
      leaf(3, 1, 4),
      leaf(2, 1, 4),
    ]),
  ],

  Upsample: () => [
    one(nn.Upsample, [{ scaleFactor: 2, mode: "bicubic" }], 1, 1, 3, 3),
    one(nn.Upsample, [{ size: 5, mode: "linear" }], 1, 2, 3),
  ],
  UpsamplingNearest2d: () => [one(nn.UpsamplingNearest2d, [{ scaleFactor: 2 }], 1, 2, 2, 3)],
  UpsamplingBilinear2d: () => [one(nn.UpsamplingBilinear2d, [{ size: [4, 5] }], 1, 2, 2, 3)],
  PixelShuffle: () => [one(nn.PixelShuffle, [2], 1, 4, 2, 3)],
  PixelUnshuffle: () => [one(nn.PixelUnshuffle, [2], 1, 1, 4, 2)],
  ChannelShuffle: () => [one(nn.ChannelShuffle, [2], 1, 4, 2, 1)],
  Unfold: () => [one(nn.Unfold, [2, { padding: 1, dilation: 2 }], 1, 2, 3, 3)],
  Fold: () => [one(nn.Fold, [[3, 3], 2], 1, 8, 4)],
  CosineSimilarity: () => [row(new nn.CosineSimilarity(), [leaf(2, 3), leaf(2, 3)])],
  PairwiseDistance: () => [
    row(new nn.PairwiseDistance(), [leaf(2, 3), leaf(2, 3)]),
    row(new nn.PairwiseDistance({ p: 3 }), [leaf(2, 3), leaf(2, 3)]),
  ],
};
