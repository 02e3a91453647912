// Softmax and its logarithm: each backend may bring row kernels, the decomposition is the numerically stable textbook form.
import { type DType, isFloat } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { toDType } from "./copy.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { amax, sum } from "./reduce.ts";

export interface SoftmaxAttrs {
  readonly dim: number;
}

function checkFloat(op: string, x: Tensor): void {
  if (!isFloat(x.dtype)) throw new DTypeError(op, `expected floats (got ${x.dtype}). Pass { dtype: "float32" }`);
}

const shifted = (x: Tensor, dim: number): Tensor => (x.numel === 0 ? x : pw.sub(x, amax(x, dim, { keepdim: true })));

const likeInput =
  (name: "softmax" | "logSoftmax" | "softmaxGrad" | "logSoftmaxGrad"): StructuredOp<SoftmaxAttrs>["infer"] =>
  ([x]) => {
    checkFloat(name, x as Tensor);
    return [{ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype }];
  };

export const softmaxOps = {
  softmax: {
    name: "softmax",
    infer: likeInput("softmax"),
    run: (device, [x], [y], { dim }) => device.fused?.softmax?.(x as Tensor, y as Tensor, dim) ?? false,
    decompose([x], { dim }) {
      const e = pw.exp(shifted(x as Tensor, dim));
      return [pw.div(e, sum(e, dim, { keepdim: true }))];
    },
  },
  logSoftmax: {
    name: "logSoftmax",
    infer: likeInput("logSoftmax"),
    run: (device, [x], [y], { dim }) => device.fused?.logSoftmax?.(x as Tensor, y as Tensor, dim) ?? false,
    decompose([x], { dim }) {
      const s = shifted(x as Tensor, dim);
      return [pw.sub(s, pw.log(sum(pw.exp(s), dim, { keepdim: true })))];
    },
  },
  /** Of (dy, y): dx = y·(dy − Σ dy·y). */
  softmaxGrad: {
    name: "softmaxGrad",
    infer: likeInput("softmaxGrad"),
    run: (device, [dy, y], [dx], { dim }) => device.fused?.softmaxGrad?.(dy as Tensor, y as Tensor, dx as Tensor, dim) ?? false,
    decompose([dy, y], { dim }) {
      const weighted = pw.mul(dy as Tensor, y as Tensor);
      return [pw.sub(weighted, pw.mul(y as Tensor, sum(weighted, dim, { keepdim: true })))];
    },
  },
  /** Of (dy, y): dx = dy − exp(y)·Σ dy. */
  logSoftmaxGrad: {
    name: "logSoftmaxGrad",
    infer: likeInput("logSoftmaxGrad"),
    run: (device, [dy, y], [dx], { dim }) => device.fused?.logSoftmaxGrad?.(dy as Tensor, y as Tensor, dx as Tensor, dim) ?? false,
    decompose([dy, y], { dim }) {
      return [pw.sub(dy as Tensor, pw.mul(pw.exp(y as Tensor), sum(dy as Tensor, dim, { keepdim: true })))];
    },
  },
} satisfies Record<string, StructuredOp<SoftmaxAttrs>>;

export interface SoftmaxOptions {
  /** Convert to it first. */
  dtype?: DType;
}

function along(op: StructuredOp<SoftmaxAttrs>, x: Tensor, dim: number, dtype: DType | undefined): Tensor {
  return applyOp(op, [dtype ? toDType(x, dtype) : x], { dim: normalizeDim(op.name, dim, x.ndim) })[0] as Tensor;
}

/** exp(x) / Σ exp(x) along dim. */
export const softmax = (x: Tensor, dim: number, { dtype }: SoftmaxOptions = {}): Tensor => along(softmaxOps.softmax, x, dim, dtype);
/** log softmax(x) along dim, computed without going through small numbers. */
export const logSoftmax = (x: Tensor, dim: number, { dtype }: SoftmaxOptions = {}): Tensor => along(softmaxOps.logSoftmax, x, dim, dtype);

/** The two gradients, as ops of their own so that a second derivative exists. */
export const softmaxGrad = (dy: Tensor, y: Tensor, dim: number): Tensor => applyOp(softmaxOps.softmaxGrad, [dy, y], { dim })[0] as Tensor;
export const logSoftmaxGrad = (dy: Tensor, y: Tensor, dim: number): Tensor =>
  applyOp(softmaxOps.logSoftmaxGrad, [dy, y], { dim })[0] as Tensor;
