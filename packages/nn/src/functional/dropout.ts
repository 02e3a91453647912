// Dropout in its forms: of elements or whole channels, to zero or to what keeps SELU's mean and variance. All are off outside training.
import { dropout as drop, formatShape, type Generator, IndexError, ones, ShapeError, scope, type Tensor } from "@gradkit/tensor";

export interface DropoutOptions {
  /** Probability of a zero. Default: 0.5. */
  p?: number;
  /** Without it x is returned as it is. Default: true. */
  training?: boolean;
  /** Default: the default generator. */
  generator?: Generator;
}

type Settings = Pick<DropoutOptions, "generator">;

function checkProbability(op: string, p: number): void {
  if (!(p >= 0 && p <= 1)) throw new IndexError(op, `p = ${p} is no probability`);
}

/** Zeroes each element with probability p and scales the others by 1/(1 − p) (Srivastava et al. 2014). */
export function dropout(x: Tensor, { p = 0.5, training = true, ...settings }: DropoutOptions = {}): Tensor {
  checkProbability("dropout", p);
  return training && p !== 0 ? drop(x, p, settings) : x;
}

/** Zeros, and 1/(1 − p) where a channel of x [N, C, …] (or an element) is kept. */
function mask(x: Tensor, shape: readonly number[], p: number, settings: Settings): Tensor {
  return drop(ones(shape, { device: x.device, dtype: x.dtype }), p, settings);
}

/** One place for each channel; without a batch the first dim holds the channels. */
const channelShape = (x: Tensor, batched: boolean): number[] => x.shape.map((size, d) => (d < (batched ? 2 : 1) ? size : 1));

function dropChannels(op: string, x: Tensor, batched: boolean, { p = 0.5, training = true, ...settings }: DropoutOptions): Tensor {
  checkProbability(op, p);
  if (batched && x.ndim < 2) throw new ShapeError(op, `expected x [N, C, …] with 2 or more dims (got ${formatShape(x.shape)})`);
  return training && p !== 0 ? scope(() => x.mul(mask(x, channelShape(x, batched), p, settings))) : x;
}

/** Zeroes whole channels of [N, C, L] or [C, L] (Tompson et al. 2015). Throws for other ranks. */
export function dropout1d(x: Tensor, options: DropoutOptions = {}): Tensor {
  if (x.ndim !== 2 && x.ndim !== 3) throw new ShapeError("dropout1d", `expected x [N, C, L] or [C, L] (got ${formatShape(x.shape)})`);
  return dropChannels("dropout1d", x, x.ndim === 3, options);
}
/** Zeroes whole channels of [N, C, H, W]; as in PyTorch three dims are [N, C, L]. */
export const dropout2d = (x: Tensor, options: DropoutOptions = {}): Tensor => dropChannels("dropout2d", x, true, options);
/** Zeroes whole channels of [N, C, D, H, W] or [C, D, H, W]. */
export const dropout3d = (x: Tensor, options: DropoutOptions = {}): Tensor => dropChannels("dropout3d", x, x.ndim === 5, options);

/** What SELU tends to for large negative inputs: −scale·alpha (Klambauer et al. 2017). */
const SELU_FLOOR = 1.7580993408473766;

/** Dropped places become SELU's floor; then mean and variance are put back where they were. */
function dropAlpha(op: string, x: Tensor, shape: readonly number[], { p = 0.5, training = false, ...settings }: DropoutOptions): Tensor {
  checkProbability(op, p);
  if (!training || p === 0) return x;
  if (p === 1) return x.mul(0);
  return scope(() => {
    const scale = 1 / Math.sqrt((SELU_FLOOR ** 2 * p + 1) * (1 - p));
    const kept = mask(x, shape, p, settings).mul(1 - p); // 0 or 1
    const shift = kept.sub(1 - p).mul(SELU_FLOOR * scale);
    return x.mul(kept.mul(scale)).add(shift);
  });
}

/** Dropout that keeps the mean and variance of SELU's outputs. Off by default, as in PyTorch. */
export const alphaDropout = (x: Tensor, options: DropoutOptions = {}): Tensor => dropAlpha("alphaDropout", x, x.shape, options);
/** As alphaDropout, for whole channels of [N, C, …]. */
export const featureAlphaDropout = (x: Tensor, options: DropoutOptions = {}): Tensor =>
  dropAlpha("featureAlphaDropout", x, channelShape(x, true), options);
