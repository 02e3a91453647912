// By how much a nonlinearity shrinks what passes through it.
import { IndexError } from "@gradkit/tensor";

/** PyTorch's names. */
export type Nonlinearity =
  | "linear" | "conv1d" | "conv2d" | "conv3d" | "conv_transpose1d" | "conv_transpose2d" | "conv_transpose3d"
  | "sigmoid" | "tanh" | "relu" | "leaky_relu" | "selu"; // biome-ignore format: a list

const gains = (): Readonly<Record<Exclude<Nonlinearity, "leaky_relu">, number>> => ({
  linear: 1,
  conv1d: 1,
  conv2d: 1,
  conv3d: 1,
  conv_transpose1d: 1,
  conv_transpose2d: 1,
  conv_transpose3d: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 3 / 4,
});

export interface GainOptions {
  /** The slope of leaky_relu. Default: 0.01. */
  param?: number | null;
}

/** The factor of initial weights that makes up for a nonlinearity. */
export function calculateGain(nonlinearity: Nonlinearity, { param = null }: GainOptions = {}): number {
  if (nonlinearity === "leaky_relu") return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
  const gain = gains()[nonlinearity];
  if (gain === undefined)
    throw new IndexError(
      "calculateGain",
      `no gain of ${JSON.stringify(nonlinearity)}. Known are leaky_relu, ${Object.keys(gains()).join(", ")}`,
    );
  return gain;
}
