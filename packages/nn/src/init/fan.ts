// Weights scaled by how many numbers flow in and out of a unit.
import { formatShape, IndexError, ShapeError, type Tensor } from "@gradkit/tensor";
import { calculateGain, type Nonlinearity } from "./gain.ts";
import { type DrawOptions, generatorOf, write } from "./write.ts";

interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Of a weight [out, in, …kernel]. */
function fansOf(op: string, { shape }: Tensor): Fans {
  const [out, input, ...kernel] = shape;
  if (out === undefined || input === undefined)
    throw new ShapeError(op, `expected a weight with at least 2 dims (got ${formatShape(shape)})`);
  const field = kernel.reduce((product, size) => product * size, 1);
  return { fanIn: input * field, fanOut: out * field };
}

const uniformWithStd = (x: Tensor, std: number, draw: DrawOptions): Tensor =>
  write(x, () => generatorOf(draw).uniformArray(x.numel, -Math.sqrt(3) * std, Math.sqrt(3) * std));
const normalWithStd = (x: Tensor, std: number, draw: DrawOptions): Tensor => write(x, () => generatorOf(draw).normalArray(x.numel, 0, std));

export interface XavierOptions extends DrawOptions {
  /** Default: 1. */
  gain?: number;
}

function xavierStd(op: string, x: Tensor, gain: number): number {
  const { fanIn, fanOut } = fansOf(op, x);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** Uniform with variance 2·gain² / (fanIn + fanOut) (Glorot & Bengio 2010). */
export const xavierUniform_ = (x: Tensor, { gain = 1, ...draw }: XavierOptions = {}): Tensor =>
  uniformWithStd(x, xavierStd("xavierUniform_", x, gain), draw);
/** Normal with variance 2·gain² / (fanIn + fanOut) (Glorot & Bengio 2010). */
export const xavierNormal_ = (x: Tensor, { gain = 1, ...draw }: XavierOptions = {}): Tensor =>
  normalWithStd(x, xavierStd("xavierNormal_", x, gain), draw);

export interface KaimingOptions extends DrawOptions {
  /** The slope of leaky_relu below zero. Default: 0. */
  a?: number;
  /** Keep the variance of activations ("fan_in") or of gradients ("fan_out"). Default: "fan_in". */
  mode?: "fan_in" | "fan_out";
  /** Default: "leaky_relu". */
  nonlinearity?: Nonlinearity;
}

function kaimingStd(op: string, x: Tensor, { a = 0, mode = "fan_in", nonlinearity = "leaky_relu" }: KaimingOptions): number {
  if (mode !== "fan_in" && mode !== "fan_out") throw new IndexError(op, `mode must be "fan_in" or "fan_out" (got ${JSON.stringify(mode)})`);
  const { fanIn, fanOut } = fansOf(op, x);
  return calculateGain(nonlinearity, { param: a }) / Math.sqrt(mode === "fan_in" ? fanIn : fanOut);
}

/** Uniform with variance gain² / fan (He et al. 2015). */
export const kaimingUniform_ = (x: Tensor, options: KaimingOptions = {}): Tensor =>
  uniformWithStd(x, kaimingStd("kaimingUniform_", x, options), options);
/** Normal with variance gain² / fan (He et al. 2015). */
export const kaimingNormal_ = (x: Tensor, options: KaimingOptions = {}): Tensor =>
  normalWithStd(x, kaimingStd("kaimingNormal_", x, options), options);
