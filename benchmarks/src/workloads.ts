// The table of what is measured: shapes, and the arithmetic or the bytes of one call.
import { type Goal, goals } from "./goals.ts";
import type { ModelName } from "./models.ts";

export interface MatmulWork {
  readonly kind: "matmul";
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly aTransposed: boolean;
  readonly bTransposed: boolean;
}
/** gelu(x·1.5 + 0.25), gelu by tanh: as one formula, or as separate ops. */
export interface GeluWork {
  readonly kind: "gelu";
  readonly count: number;
  readonly asFormula: boolean;
}
export interface AddWork {
  readonly kind: "add";
  readonly count: number;
  /** Whether an operand wants its gradient. */
  readonly recording: boolean;
}
export interface RowsWork {
  readonly kind: "softmax" | "layerNorm" | "transpose" | "sumDim0" | "sumDim1";
  readonly rows: number;
  readonly columns: number;
}
/** 3×3 with padding 1. `backward`: the gradients of input and weight as well. */
export interface ConvWork {
  readonly kind: "conv";
  readonly images: number;
  readonly channels: number;
  readonly size: number;
  readonly filters: number;
  readonly groups: number;
  readonly backward: boolean;
}
/** 2×2. `backward`: the gradient of the input as well. */
export interface MaxPoolWork {
  readonly kind: "maxPool";
  readonly images: number;
  readonly channels: number;
  readonly size: number;
  readonly backward: boolean;
}
/** One step of training: forward, backward, optimizer, reading the loss. */
export interface TrainWork {
  readonly kind: "train";
  readonly model: ModelName;
}
/** What a long-lived process can repeat. */
export type Work = MatmulWork | GeluWork | AddWork | RowsWork | ConvWork | MaxPoolWork | TrainWork;

interface Common {
  readonly name: string;
  readonly title: string;
}
export interface RepeatedWorkload extends Common {
  readonly work: Work;
  /** Of one call. */
  readonly flops?: number;
  readonly bytes?: number;
}
/** Measured by processes of their own, or not timed at all. */
export interface OnceWorkload extends Common {
  readonly work: { readonly kind: "coldStart" } | { readonly kind: "bundle" };
}
export type Workload = RepeatedWorkload | OnceWorkload;

export const isRepeated = (workload: Workload): workload is RepeatedWorkload =>
  workload.work.kind !== "coldStart" && workload.work.kind !== "bundle";

function matmul(
  name: string,
  title: string,
  [m, k, n]: readonly [number, number, number],
  { batch = 1, aTransposed = false, bTransposed = false } = {},
): RepeatedWorkload {
  return { name, title, work: { kind: "matmul", batch, m, k, n, aTransposed, bTransposed }, flops: 2 * batch * m * k * n };
}

const square = (size: number): RepeatedWorkload => matmul(`matmul-${size}`, `matmul ${size}³`, [size, size, size]);

const train = (name: string, title: string, model: ModelName): RepeatedWorkload => ({ name, title, work: { kind: "train", model } });

function conv(name: string, title: string, shape: Omit<ConvWork, "kind">): RepeatedWorkload {
  const { images, channels, size, filters, groups, backward } = shape;
  const forward = 2 * images * filters * size ** 2 * (channels / groups) * 9;
  return { name, title, work: { kind: "conv", ...shape }, flops: backward ? 3 * forward : forward };
}

const FLOAT = 4; // bytes
const shape28 = { images: 64, channels: 32, size: 28 };
const wide = { rows: 4096, columns: 1024 };
const million = 1_000_000;

function rows(name: string, title: string, kind: RowsWork["kind"], { rows, columns } = wide, passes = 2): RepeatedWorkload {
  return { name, title, work: { kind, rows, columns }, bytes: passes * FLOAT * rows * columns };
}

export const workloads: readonly Workload[] = [
  square(64),
  square(256),
  square(512),
  square(1024),
  matmul("matmul-tall", "matmul 64×784×128", [64, 784, 128]),
  matmul("matmul-batched", "matmul 32 × 64³", [64, 64, 64], { batch: 32 }),
  matmul("matmul-at", "matmul Aᵀ·B 512³", [512, 512, 512], { aTransposed: true }),
  matmul("matmul-bt", "matmul A·Bᵀ 512³", [512, 512, 512], { bTransposed: true }),
  train("mlp", "MLP 784-128-10, batch 64, SGD step", "mlp"),
  train("mlp-512", "MLP 784-512-512-10, batch 128, Adam step", "mlp512"),
  train("lenet", "LeNet, batch 64, Adam step", "lenet"),
  train("cnn", "CNN conv32-conv64-pool-fc128, batch 64, Adam step", "cnn"),
  train("lstm", "LSTM 128→256, T 32, batch 32, Adam step", "lstm"),
  train("transformer", "transformer block d 256, h 4, T 128, batch 8, AdamW step", "transformer"),
  conv("conv", "conv2d [64, 32, 28²]·64 3×3", { ...shape28, filters: 64, groups: 1, backward: false }),
  conv("conv-backward", "the same, forward + backward", { ...shape28, filters: 64, groups: 1, backward: true }),
  conv("depthwise", "depthwise 3×3 [32, 64, 56²]", { images: 32, channels: 64, size: 56, filters: 64, groups: 64, backward: false }),
  {
    name: "max-pool",
    title: "max-pool 2×2 [64, 32, 28²]",
    work: { kind: "maxPool", ...shape28, backward: false },
    bytes: 1.25 * FLOAT * 64 * 32 * 28 ** 2,
  },
  {
    name: "max-pool-backward",
    title: "the same, forward + backward",
    work: { kind: "maxPool", ...shape28, backward: true },
    bytes: 2.5 * FLOAT * 64 * 32 * 28 ** 2,
  },
  {
    name: "gelu-formula",
    title: "gelu(x·a + b) on 10⁶, one formula",
    work: { kind: "gelu", count: million, asFormula: true },
    bytes: 2 * FLOAT * million,
  },
  {
    name: "gelu-ops",
    title: "gelu(x·a + b) on 10⁶, separate ops",
    work: { kind: "gelu", count: million, asFormula: false },
    bytes: 2 * FLOAT * million,
  },
  rows("softmax", "softmax [4096, 1024]", "softmax"),
  rows("layer-norm", "layer norm [4096, 1024]", "layerNorm"),
  rows("sum-dim-0", "sum [4096, 1024] over dim 0", "sumDim0", wide, 1),
  rows("sum-dim-1", "sum [4096, 1024] over dim 1", "sumDim1", wide, 1),
  rows("transpose", "transpose copy 2048²", "transpose", { rows: 2048, columns: 2048 }),
  { name: "add", title: "add on 64 elements", work: { kind: "add", count: 64, recording: false } },
  { name: "add-recording", title: "the same, for autograd", work: { kind: "add", count: 64, recording: true } },
  { name: "cold-start", title: "fresh process to its first matmul 64³", work: { kind: "coldStart" } },
  { name: "bundle", title: "program that trains the MLP, gzip", work: { kind: "bundle" } },
];

export const goalOf = ({ name }: Workload): Goal | null => goals[name] ?? null;

/** The workloads of that name, or else those whose names begin with it. */
export function workloadsNamed(name: string): readonly Workload[] {
  const exact = workloads.filter((workload) => workload.name === name);
  return exact.length > 0 ? exact : workloads.filter((workload) => workload.name.startsWith(name));
}
