// Matrix products: one op, with bias riding along as an epilogue, and the names that PyTorch gives to its special cases.
import type { Epilogue, View } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { add } from "../formula/build.ts";
import { formula, input } from "../formula/nodes.ts";
import { scope } from "../lifetime.ts";
import { broadcastShapes, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { broadcastView } from "./map.ts";
import { reshape, unsqueeze } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";

const last = (shape: Shape, back: number): number => shape[shape.length - back] as number;

/** [...batch, M, K] · [...batch, K, N] + bias? [broadcasting to the result]. */
export const matmulOp: StructuredOp<null> = {
  name: "matmul",
  infer(inputs) {
    const [a, b, bias] = inputs as [Tensor, Tensor, Tensor | null];
    const hint = "a is [M, K], b is [K, N]";
    if (last(a.shape, 1) !== last(b.shape, 2)) {
      throw new ShapeError(
        "matmul",
        `inner sizes differ: ${last(a.shape, 1)} vs ${last(b.shape, 2)} (got ${formatShape(a.shape)} and ${formatShape(b.shape)}). ${hint}`,
      );
    }
    if (a.dtype !== b.dtype) throw new DTypeError("matmul", `dtypes differ: ${a.dtype} vs ${b.dtype}. Convert one with .to(…)`);
    if (!isFloat(a.dtype) && a.dtype !== "int32") throw new DTypeError("matmul", `no matmul of ${a.dtype}. Convert with .to("float32")`);
    const shape = withBatch(batchShape(a, b), last(a.shape, 2), last(b.shape, 1));
    if (bias) checkBias(bias, shape);
    return [{ shape, dtype: a.dtype }];
  },
  run(device, inputs, [out], _attrs) {
    const [a, b, bias] = inputs as [Tensor, Tensor, Tensor | null];
    const batch = batchShape(a, b);
    const epilogue = bias ? addBias(broadcastView(bias, (out as Tensor).shape)) : undefined;
    device.matmul(batched(a, batch), batched(b, batch), out as Tensor, epilogue);
    return true;
  },
};

const noBatch: Shape = [];

const batchShape = (a: Tensor, b: Tensor): Shape =>
  a.ndim === 2 && b.ndim === 2 ? noBatch : broadcastShapes("matmul", [a.shape.slice(0, -2), b.shape.slice(0, -2)]);

const withBatch = (batch: Shape, rows: number, columns: number): Shape => (batch === noBatch ? [rows, columns] : [...batch, rows, columns]);

const batched = (x: Tensor, batch: Shape): View =>
  batch === noBatch ? x : broadcastView(x, withBatch(batch, last(x.shape, 2), last(x.shape, 1)));

function checkBias(bias: Tensor, shape: Shape): void {
  const fits = bias.ndim <= shape.length && bias.shape.every((size, d) => size === 1 || size === shape[d + shape.length - bias.ndim]);
  if (!fits) throw new ShapeError("linear", `bias ${formatShape(bias.shape)} does not broadcast to the result ${formatShape(shape)}`);
}

const plusInput = formula(["float", "float"], [], [add(input(0, "float"), input(1, "float"))]);
const addBias = (bias: View): Epilogue => ({ formula: plusInput, inputs: [bias], scalars: [] });

const product = (a: Tensor, b: Tensor, bias: Tensor | null = null): Tensor => applyOp(matmulOp, [a, b, bias], null)[0] as Tensor;

function checkRank(op: string, x: Tensor, rank: number, what: string): void {
  if (x.ndim !== rank) throw new ShapeError(op, `${what} must have ${rank} dim${rank === 1 ? "" : "s"} (got ${formatShape(x.shape)})`);
}

/** Matrix product with PyTorch's rules: vectors are rows or columns, leading dims broadcast. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.ndim === 0 || b.ndim === 0)
    throw new ShapeError(
      "matmul",
      `both operands need at least 1 dim (got ${formatShape(a.shape)} and ${formatShape(b.shape)}). Use mul for scalars`,
    );
  if (a.ndim > 1 && b.ndim > 1) return product(a, b);
  return scope(() => {
    const out = product(a.ndim === 1 ? unsqueeze(a, 0) : a, b.ndim === 1 ? unsqueeze(b, 1) : b);
    const shape = [...out.shape];
    if (b.ndim === 1) shape.pop();
    if (a.ndim === 1) shape.splice(shape.length - (b.ndim === 1 ? 1 : 2), 1);
    return reshape(out, shape);
  });
}

/** [M, K] · [K, N]. */
export function mm(a: Tensor, b: Tensor): Tensor {
  checkRank("mm", a, 2, "a");
  checkRank("mm", b, 2, "b");
  return product(a, b);
}

/** [B, M, K] · [B, K, N]. */
export function bmm(a: Tensor, b: Tensor): Tensor {
  checkRank("bmm", a, 3, "a");
  checkRank("bmm", b, 3, "b");
  if (a.shape[0] !== b.shape[0])
    throw new ShapeError(
      "bmm",
      `batch sizes differ: ${a.shape[0]} vs ${b.shape[0]} (got ${formatShape(a.shape)} and ${formatShape(b.shape)})`,
    );
  return product(a, b);
}

/** [M, K] · [K]. */
export function mv(a: Tensor, x: Tensor): Tensor {
  checkRank("mv", a, 2, "the matrix");
  checkRank("mv", x, 1, "the vector");
  return matmul(a, x);
}

/** Inner product of two vectors. */
export function dot(a: Tensor, b: Tensor): Tensor {
  checkRank("dot", a, 1, "a");
  checkRank("dot", b, 1, "b");
  if (a.shape[0] !== b.shape[0]) throw new ShapeError("dot", `lengths differ: ${a.shape[0]} vs ${b.shape[0]}`);
  return matmul(a, b);
}

/** Every product of an element of a with one of b: [N] and [M] give [N, M]. */
export function outer(a: Tensor, b: Tensor): Tensor {
  checkRank("outer", a, 1, "a");
  checkRank("outer", b, 1, "b");
  return scope(() => pw.mul(unsqueeze(a, 1), unsqueeze(b, 0)));
}

export interface AddmmOptions {
  /** Factor of the added tensor. Default: 1. */
  beta?: number;
  /** Factor of the product. Default: 1. */
  alpha?: number;
}

const scaled = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : pw.mul(x, factor));

/** beta·input + alpha·(a·b). With beta 0, NaN and infinity in `input` do not count. */
export function addmm(input: Tensor, a: Tensor, b: Tensor, { beta = 1, alpha = 1 }: AddmmOptions = {}): Tensor {
  checkRank("addmm", a, 2, "a");
  checkRank("addmm", b, 2, "b");
  return addProduct(input, a, b, beta, alpha);
}

/** As addmm, for [B, M, K] · [B, K, N]. */
export function baddbmm(input: Tensor, a: Tensor, b: Tensor, { beta = 1, alpha = 1 }: AddmmOptions = {}): Tensor {
  checkRank("baddbmm", a, 3, "a");
  checkRank("baddbmm", b, 3, "b");
  return addProduct(input, a, b, beta, alpha);
}

/** As torch: an input that does not count has a gradient of zeros. */
export const withZeroGradient = (y: Tensor, input: Tensor): Tensor =>
  input.requiresGrad ? pw.add(y, pw.where(input.newFull([], false, { dtype: "bool" }), input, 0)) : y;

function addProduct(input: Tensor, a: Tensor, b: Tensor, beta: number, alpha: number): Tensor {
  return scope(() => {
    if (beta === 0) return withZeroGradient(scaled(product(a, b), alpha), input);
    if (isFloat(a.dtype)) return product(scaled(a, alpha), b, scaled(input, beta));
    return pw.add(scaled(input, beta), scaled(product(a, b), alpha));
  });
}

/** Affine map y = x·Wᵀ + b: x [..., in], weight [out, in], bias [out], result [..., out]. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  if (x.ndim === 0 || weight.ndim > 2 || weight.ndim === 0) {
    throw new ShapeError(
      "linear",
      `expected x [..., in] and weight [out, in] (got ${formatShape(x.shape)} and ${formatShape(weight.shape)})`,
    );
  }
  if (last(x.shape, 1) !== last(weight.shape, 1)) {
    throw new ShapeError(
      "linear",
      `x has ${last(x.shape, 1)} features, weight takes ${last(weight.shape, 1)} (got ${formatShape(x.shape)} and ${formatShape(weight.shape)}). x is [..., in], weight is [out, in]`,
    );
  }
  return scope(() => {
    if (weight.ndim === 1) return bias ? pw.add(matmul(x, weight), bias) : matmul(x, weight);
    const rows = x.ndim === 2 ? x : reshape(x, [numel(x.shape.slice(0, -1)), last(x.shape, 1)]);
    const y = product(rows, weight.t(), bias);
    return x.ndim === 2 ? y : reshape(y, [...x.shape.slice(0, -1), weight.shape[0] as number]);
  });
}
