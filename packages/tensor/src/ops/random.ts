// Random tensors. `rand`, `randn` and dropout are formulas that run on the device; initial weights and permutations are drawn on the host.
import { defaultDevice } from "../device.ts";
import { formatShape, IndexError } from "../errors.ts";
import { add, cast, lt, mul, rem, select } from "../formula/build.ts";
import { type Formula, formula, input, type Node, type ScalarType, scalar } from "../formula/nodes.ts";
import { normal as normalNode, randomBits, uniform as uniformNode } from "../formula/random.ts";
import { defaultGenerator, type Generator } from "../random.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { empty, fromArray, generate, type TensorOptions } from "./creation.ts";
import { mapFormula } from "./map.ts";

export interface RandomOptions extends TensorOptions {
  /** Default: the default generator, seeded by `manualSeed`. */
  generator?: Generator;
}

/** A formula of the key, which is its scalars 0 and 1; `scalars` are those after it. Made when it is first wanted: it has hundreds of nodes. */
function drawn(
  build: (key0: Node, key1: Node) => Node,
  inputs: readonly ScalarType[] = [],
  scalars: readonly ScalarType[] = [],
): () => Formula {
  let made: Formula | null = null;
  return () => (made ??= formula(inputs, ["uint", "uint", ...scalars], [build(scalar(0, "uint"), scalar(1, "uint"))]));
}

const uniformFormula = /* @__PURE__ */ drawn(uniformNode);
const normalFormula = /* @__PURE__ */ drawn(normalNode);

/** Uniform in [0, 1). */
export function rand(shape: Shape, { generator = defaultGenerator, dtype = "float32", ...options }: RandomOptions = {}): Tensor {
  return generate(uniformFormula(), generator.nextKey(), shape, dtype, options);
}

/** Standard normal. */
export function randn(shape: Shape, { generator = defaultGenerator, dtype = "float32", ...options }: RandomOptions = {}): Tensor {
  return generate(normalFormula(), generator.nextKey(), shape, dtype, options);
}

const like = (x: Tensor, options: RandomOptions): RandomOptions => ({ dtype: x.dtype, device: x.device, ...options });
/** As rand, with the shape, dtype and device of x. */
export const randLike = (x: Tensor, options: RandomOptions = {}): Tensor => rand(x.shape, like(x, options));
/** As randn, with the shape, dtype and device of x. */
export const randnLike = (x: Tensor, options: RandomOptions = {}): Tensor => randn(x.shape, like(x, options));

/** Of low and how many numbers there are. */
const integerFormula = /* @__PURE__ */ drawn(
  (key0, key1) => add(scalar(2, "int"), cast(rem(randomBits(key0, key1), scalar(3, "uint")), "int")),
  [],
  ["int", "uint"],
);

/** Whole numbers from low (included) to high (not included). */
export function randint(
  low: number,
  high: number,
  shape: Shape,
  { generator = defaultGenerator, dtype = "int32", ...options }: RandomOptions = {},
): Tensor {
  if (!(high > low)) throw new IndexError("randint", `no whole number lies between ${low} and ${high}`);
  return generate(integerFormula(), [...generator.nextKey(), low, high - low], shape, dtype, options);
}

/** As randint, with the shape, dtype and device of x. */
export const randintLike = (x: Tensor, low: number, high: number, options: RandomOptions = {}): Tensor =>
  randint(low, high, x.shape, like(x, options));

/** 0 … n − 1 in random order. */
export function randperm(n: number, { generator = defaultGenerator, ...options }: RandomOptions = {}): Tensor {
  return fromArray(generator.permutation(n), [n], "int32", options);
}

/** The host draws in float32; `.to(dtype)` changes it. */
export type HostRandomOptions = Omit<RandomOptions, "dtype">;

/** Where the device holds values, they are drawn on the host and uploaded. */
function drawnOnHost(
  shape: Shape,
  { generator = defaultGenerator, device = defaultDevice(), requiresGrad = false }: HostRandomOptions,
  draw: (generator: Generator, count: number) => Float32Array,
): Tensor {
  const options = { device, requiresGrad };
  return device.capabilities.shapesOnly ? empty(shape, options) : fromArray(draw(generator, numel(shape)), shape, "float32", options);
}

/** Uniform in [low, high), drawn on the host: exactly the same on every backend. */
export const uniform = (shape: Shape, low = 0, high = 1, options: HostRandomOptions = {}): Tensor =>
  drawnOnHost(shape, options, (generator, count) => generator.uniformArray(count, low, high));

/** Normal with the given mean and standard deviation, drawn on the host: exactly the same on every backend. */
export const normal = (shape: Shape, mean = 0, std = 1, options: HostRandomOptions = {}): Tensor =>
  drawnOnHost(shape, options, (generator, count) => generator.normalArray(count, mean, std));

/** Of the probability to keep an element and the factor of those that are kept. */
const dropoutFormula = /* @__PURE__ */ drawn(
  (key0, key1) => select(lt(uniformNode(key0, key1), scalar(2, "float")), mul(input(0, "float"), scalar(3, "float")), 0),
  ["float"],
  ["float", "float"],
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
  return mapFormula("dropout", dropoutFormula(), [x], scalars, [x.dtype])[0] as Tensor;
}

/** 1 with probability p, else 0; p is a tensor. */
export function bernoulli(p: Tensor, { generator = defaultGenerator }: DropoutOptions = {}): Tensor {
  return mapFormula("bernoulli", bernoulliFormula(), [p.detach()], generator.nextKey(), [p.dtype])[0] as Tensor;
}

const bernoulliFormula = /* @__PURE__ */ drawn((key0, key1) => cast(lt(uniformNode(key0, key1), input(0, "float")), "float"), ["float"]);
