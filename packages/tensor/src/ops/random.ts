// Random tensors. `rand`, `randn` and dropout are formulas that run on the device; initial weights and permutations are drawn on the host.
import { formatShape, IndexError } from "../errors.ts";
import { add, cast, lt, mul, rem, select } from "../formula/build.ts";
import { formula, input, type Node, scalar } from "../formula/nodes.ts";
import { normal as normalNode, randomBits, uniform as uniformNode } from "../formula/random.ts";
import { defaultGenerator, type Generator } from "../random.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { fromArray, generate, type TensorOptions } from "./creation.ts";
import { mapFormula } from "./map.ts";

export interface RandomOptions extends TensorOptions {
  /** Default: the default generator, seeded by `manualSeed`. */
  generator?: Generator;
}

const [key0, key1] = [scalar(0, "uint"), scalar(1, "uint")];
const uniformFormula = formula([], ["uint", "uint"], [uniformNode(key0, key1)]);
const normalFormula = formula([], ["uint", "uint"], [normalNode(key0, key1)]);

/** Uniform in [0, 1). */
export function rand(shape: Shape, { generator = defaultGenerator, dtype = "float32", ...options }: RandomOptions = {}): Tensor {
  return generate(uniformFormula, generator.nextKey(), shape, dtype, options);
}

/** Standard normal. */
export function randn(shape: Shape, { generator = defaultGenerator, dtype = "float32", ...options }: RandomOptions = {}): Tensor {
  return generate(normalFormula, generator.nextKey(), shape, dtype, options);
}

const like = (x: Tensor, options: RandomOptions): RandomOptions => ({ dtype: x.dtype, device: x.device, ...options });
export const randLike = (x: Tensor, options: RandomOptions = {}): Tensor => rand(x.shape, like(x, options));
export const randnLike = (x: Tensor, options: RandomOptions = {}): Tensor => randn(x.shape, like(x, options));

const span = scalar(3, "uint");
const integerFormula = formula(
  [],
  ["uint", "uint", "int", "uint"],
  [add(scalar(2, "int"), cast(rem(randomBits(key0, key1), span), "int"))],
);

/** Whole numbers from low (included) to high (not included). */
export function randint(
  low: number,
  high: number,
  shape: Shape,
  { generator = defaultGenerator, dtype = "int32", ...options }: RandomOptions = {},
): Tensor {
  if (!(high > low)) throw new IndexError("randint", `no whole number lies between ${low} and ${high}`);
  return generate(integerFormula, [...generator.nextKey(), low, high - low], shape, dtype, options);
}

/** 0 … n − 1 in random order. */
export function randperm(n: number, { generator = defaultGenerator, ...options }: RandomOptions = {}): Tensor {
  return fromArray(generator.permutation(n), [n], "int32", options);
}

/** Uniform in [low, high), drawn on the host: exactly the same on every backend. */
export function uniform(shape: Shape, low = 0, high = 1, { generator = defaultGenerator, ...options }: RandomOptions = {}): Tensor {
  return fromArray(generator.uniformArray(numel(shape), low, high), shape, "float32", options);
}

/** Normal with the given mean and standard deviation, drawn on the host: exactly the same on every backend. */
export function normal(shape: Shape, mean = 0, std = 1, { generator = defaultGenerator, ...options }: RandomOptions = {}): Tensor {
  return fromArray(generator.normalArray(numel(shape), mean, std), shape, "float32", options);
}

const kept: Node = lt(uniformNode(key0, key1), scalar(2, "float"));
const dropoutFormula = formula(
  ["float"],
  ["uint", "uint", "float", "float"],
  [select(kept, mul(input(0, "float"), scalar(3, "float")), 0)],
);

export interface DropoutOptions {
  /** Default: the default generator. */
  generator?: Generator;
}

/**
 * Zeroes each element with probability p and scales the others by 1/(1 − p) (Srivastava et al. 2014). No mask is kept: the gradient draws
 * the same numbers again from the same key.
 */
export function dropout(x: Tensor, p = 0.5, { generator = defaultGenerator }: DropoutOptions = {}): Tensor {
  if (!(p >= 0 && p <= 1)) throw new IndexError("dropout", `p = ${p} is no probability (got ${formatShape(x.shape)})`);
  const keep = Math.fround(1 - p); // compared in float32 everywhere: the mask is the same bit for bit
  const scalars = [...generator.nextKey(), keep, p === 1 ? 0 : 1 / (1 - p)];
  return mapFormula("dropout", dropoutFormula, [x], scalars, [x.dtype])[0] as Tensor;
}

/** 1 with probability p, else 0; p is a tensor. */
export function bernoulli(p: Tensor, { generator = defaultGenerator }: DropoutOptions = {}): Tensor {
  return mapFormula("bernoulli", bernoulliFormula, [p.detach()], generator.nextKey(), [p.dtype])[0] as Tensor;
}

const bernoulliFormula = formula(["float"], ["uint", "uint"], [cast(lt(uniformNode(key0, key1), input(0, "float")), "float")]);
