// What we want to reach, by row: figures of two cores of an Intel Xeon with AVX-512, and what others reached there on the same day.

export interface Goal {
  readonly unit: "ms" | "GFLOP/s" | "kB";
  /** Of one thread, and of two; what is left out has no goal. */
  readonly one?: number;
  readonly two?: number;
  /** Contestant → its figure on that machine: on another one, a goal is a ratio to it. */
  readonly beside?: Readonly<Record<string, number>>;
}

type Beside = NonNullable<Goal["beside"]>;

const torch = (one: number, two?: number): Beside => (two === undefined ? { "torch-1": one } : { "torch-1": one, "torch-2": two });
const oneThread = (ms: number, beside: Beside): Goal => ({ unit: "ms", one: ms, beside });
const twoThreads = (ms: number, beside: Beside): Goal => ({ unit: "ms", two: ms, beside });

function matmul(
  one: number,
  two: number,
  [torch1, torch2, onnxruntime, tfjs, jax]: readonly [number, number, number, number, number],
): Goal {
  return { unit: "GFLOP/s", one, two, beside: { ...torch(torch1, torch2), onnxruntime, tfjs, "jax-js": jax } };
}

export const goals: Readonly<Record<string, Goal>> = {
  "matmul-256": matmul(54, 104, [204, 406, 32, 38, 35]),
  "matmul-512": matmul(54, 104, [194, 394, 31, 37, 34]),
  "matmul-1024": matmul(50, 100, [181, 368, 30, 32, 31]),
  "matmul-tall": matmul(50, 98, [177, 290, 31, 37, 35]),
  "matmul-batched": matmul(50, 98, [166, 323, 26, 2.6, 17]),
  "matmul-at": matmul(50, 98, [186, 371, 30, 1.8, 30]),
  "matmul-bt": matmul(50, 98, [183, 362, 31, 2.7, 40]),
  mlp: twoThreads(0.32, { ...torch(0.36, 0.27), tfjs: 6.5, "jax-js": 1.2 }),
  "mlp-512": twoThreads(5.5, { ...torch(4.3, 2.5), tfjs: 122, "jax-js": 18.2 }),
  lenet: twoThreads(3, { ...torch(5.8, 3.7), "jax-js": 472 }),
  cnn: twoThreads(30, { ...torch(59.5, 29.3), "jax-js": 8700 }),
  lstm: twoThreads(24, { ...torch(18.5, 10.6), tfjs: 718, "jax-js": 218 }),
  transformer: twoThreads(58, { ...torch(44.5, 24.5), tfjs: 1732, "jax-js": 236 }),
  conv: twoThreads(9, { ...torch(11.2, 5.3), tfjs: 52.6 }),
  "conv-backward": twoThreads(28, torch(40.4, 19.3)),
  depthwise: twoThreads(2.5, { ...torch(6.2), tfjs: 10.9 }),
  "max-pool": twoThreads(0.22, { ...torch(7.5), tfjs: 0.42 }),
  "max-pool-backward": twoThreads(0.45, { ...torch(8), tfjs: 31.4 }),
  "gelu-formula": oneThread(0.9, { "jax-js": 13.4 }),
  "gelu-ops": oneThread(1.5, { ...torch(2.13, 1.06), tfjs: 18.5, "jax-js": 13.9 }),
  softmax: oneThread(2, { ...torch(2.04, 1.07), tfjs: 3.46, "jax-js": 41 }),
  "layer-norm": oneThread(1.2, { ...torch(1.17, 0.6), tfjs: 20.7, "jax-js": 14.3 }),
  "sum-dim-0": oneThread(0.58, { ...torch(0.905), tfjs: 37.8, "jax-js": 0.8 }),
  "sum-dim-1": oneThread(0.58, { ...torch(0.574), tfjs: 2.05, "jax-js": 0.64 }),
  transpose: twoThreads(2.8, { ...torch(3.7), tfjs: 33.9, "jax-js": 33 }),
  add: oneThread(0.25e-3, { ...torch(0.77e-3), tfjs: 1.7e-3, "jax-js": 36e-3 }),
  "add-recording": { unit: "ms", one: 0.5e-3 },
  "cold-start": oneThread(45, { ...torch(1158), tfjs: 189, "jax-js": 91 }),
  bundle: { unit: "kB", one: 60 },
};

/** Whether one thread is what it is about. */
export const isOfOneThread = (goal: Goal | null): boolean => goal !== null && goal.two === undefined;

/** What gradkit's time was to be in terms of the contestant's, by the figures of that machine; null where it has none. */
export function goalRatio(goal: Goal | null, contestant: string): number | null {
  const theirs = goal?.beside?.[contestant];
  const aim = goal?.two ?? goal?.one;
  if (theirs === undefined || aim === undefined) return null;
  return goal?.unit === "GFLOP/s" ? theirs / aim : aim / theirs;
}
