// The networks of the training rows: what their parameters are called and how they start. Names and layouts are PyTorch's (Linear [out, in], convolution
// [O, I, KH, KW]), so gradkit and PyTorch load them as a state dict; the other peers turn them round.
import { seeded, sizeOf } from "./seeded.ts";

/** Uniform in ±1/√fan; "ones" and "zeros" for what is neither. */
type Start = number | "ones" | "zeros";

export interface ModelSpec {
  readonly batch: number;
  readonly input: readonly number[];
  readonly optimizer: "SGD" | "Adam" | "AdamW";
  readonly lr: number;
  /** Classes [N] for cross-entropy, or numbers of the input's shape for the mean squared error. */
  readonly target: "classes" | "values";
  readonly parameters: Readonly<Record<string, readonly [shape: readonly number[], start: Start]>>;
}

type Parameters = ModelSpec["parameters"];

/** A layer's weight and its bias, which starts at zeros. */
const layer = (name: string, shape: readonly number[]): Parameters => ({
  [`${name}.weight`]: [shape, sizeOf(shape.slice(1))],
  [`${name}.bias`]: [shape.slice(0, 1), "zeros"],
});

const norm = (name: string, size: number): Parameters => ({
  [`${name}.weight`]: [[size], "ones"],
  [`${name}.bias`]: [[size], "zeros"],
});

const images = [64, 1, 28, 28] as const;

export const models = {
  mlp: {
    batch: 64,
    input: [64, 784],
    optimizer: "SGD",
    lr: 0.1,
    target: "classes",
    parameters: { ...layer("0", [128, 784]), ...layer("2", [10, 128]) },
  },
  mlp512: {
    batch: 128,
    input: [128, 784],
    optimizer: "Adam",
    lr: 1e-3,
    target: "classes",
    parameters: { ...layer("0", [512, 784]), ...layer("2", [512, 512]), ...layer("4", [10, 512]) },
  },
  lenet: {
    batch: 64,
    input: images,
    optimizer: "Adam",
    lr: 1e-3,
    target: "classes",
    parameters: {
      ...layer("0", [6, 1, 5, 5]),
      ...layer("3", [16, 6, 5, 5]),
      ...layer("7", [120, 400]),
      ...layer("9", [84, 120]),
      ...layer("11", [10, 84]),
    },
  },
  cnn: {
    batch: 64,
    input: images,
    optimizer: "Adam",
    lr: 1e-3,
    target: "classes",
    parameters: { ...layer("0", [32, 1, 3, 3]), ...layer("2", [64, 32, 3, 3]), ...layer("6", [128, 9216]), ...layer("8", [10, 128]) },
  },
  lstm: {
    batch: 32,
    input: [32, 32, 128], // [T, N, in]
    optimizer: "Adam",
    lr: 1e-3,
    target: "classes",
    parameters: {
      "lstm.weight_ih_l0": [[1024, 128], 256],
      "lstm.weight_hh_l0": [[1024, 256], 256],
      "lstm.bias_ih_l0": [[1024], "zeros"],
      "lstm.bias_hh_l0": [[1024], "zeros"],
      ...layer("fc", [10, 256]),
    },
  },
  transformer: {
    batch: 8,
    input: [8, 128, 256], // [N, T, E]
    optimizer: "AdamW",
    lr: 1e-3,
    target: "values",
    parameters: {
      "self_attn.in_proj_weight": [[768, 256], 256],
      "self_attn.in_proj_bias": [[768], "zeros"],
      ...layer("self_attn.out_proj", [256, 256]),
      ...layer("linear1", [1024, 256]),
      ...layer("linear2", [256, 1024]),
      ...norm("norm1", 256),
      ...norm("norm2", 256),
    },
  },
} as const satisfies Record<string, ModelSpec>;

export type ModelName = keyof typeof models;

export const CLASSES = 10;
const WEIGHT_SEED = 100; // the first parameter's; the next ones count on
const INPUT_SEED = 7;
const TARGET_SEED = 8;

function startValues(shape: readonly number[], start: Start, seed: number): Float32Array<ArrayBuffer> {
  const count = sizeOf(shape);
  if (start === "zeros") return new Float32Array(count);
  if (start === "ones") return new Float32Array(count).fill(1);
  return seeded(seed, count, 1 / Math.sqrt(start));
}

export interface Weights {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

export const weightsOf = (model: ModelName): Record<string, Weights> =>
  Object.fromEntries(
    Object.entries<Parameters[string]>(models[model].parameters).map(([name, [shape, start]], i) => [
      name,
      { shape, data: startValues(shape, start, WEIGHT_SEED + i) },
    ]),
  );

export interface Batch {
  readonly x: Float32Array<ArrayBuffer>;
  /** [N] class numbers; empty where the targets are values. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** Of the shape of x; empty where the targets are classes. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** The batch that all steps see. */
export function batchOf(model: ModelName): Batch {
  const { input, batch, target } = models[model];
  return {
    x: seeded(INPUT_SEED, sizeOf(input)),
    labels: target === "classes" ? Int32Array.from({ length: batch }, (_, i) => (7 * i + 3) % CLASSES) : new Int32Array(),
    values: target === "values" ? seeded(TARGET_SEED, sizeOf(input)) : new Float32Array(),
  };
}

/** Class numbers as rows of zeros with a one, for the peers whose cross-entropy wants that. */
export function oneHot(labels: Int32Array): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(labels.length * CLASSES); // [N, 10]
  labels.forEach((label, i) => {
    rows[i * CLASSES + label] = 1;
  });
  return rows;
}
