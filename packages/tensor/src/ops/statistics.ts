// Compositions of reductions: variance, norms, logsumexp.
import { UnsupportedError } from "../errors.ts";
import { abs, custom, div, eq, lt, mul, pow, select, sqrt, sub } from "../formula/build.ts";
import type { Node } from "../formula/nodes.ts";
import { scope } from "../lifetime.ts";
import { normalizeDims } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { pointwise, pointwiseFunctions as pw } from "./pointwise.ts";
import { amax, amin, type Dims, mean, type ReduceOptions, sum } from "./reduce.ts";

/** √x whose gradient at 0 is 0: torch's choice for deviations and norms. */
const rootNode = custom(
  "root",
  (x: Node) => sqrt(x),
  (g, _args, y) => [select(eq(y, 0), 0, div(g, mul(2, y)))],
);
const root = pointwise("root", (x) => rootNode(x));

/** |x|^p and y^(1/p), as parts of a norm: torch has gradient 0 where the element or the norm is 0. */
const absPower = /* @__PURE__ */ custom(
  "absPower",
  (x: Node, p: Node) => pow(abs(x), p),
  (g, [x, p]) => [select(eq(x, 0), 0, mul(g, mul(mul(p, select(lt(x, 0), -1, 1)), pow(abs(x), sub(p, 1)))))],
);
const powerRoot = /* @__PURE__ */ custom(
  "powerRoot",
  (x: Node, p: Node) => pow(x, div(1, p)),
  (g, [x, p], y) => [select(eq(x, 0), 0, div(mul(g, pow(y, sub(1, p))), p))],
);
const toPower = /* @__PURE__ */ pointwise("toPower", (x, p) => absPower(x, p));
const fromPower = /* @__PURE__ */ pointwise("fromPower", (x, p) => powerRoot(x, p));

export interface VarOptions extends ReduceOptions {
  /** Subtracted from the count: 1 gives the unbiased estimate. Default: 1. */
  correction?: number;
}

/** Variance over dims. */
export function variance(x: Tensor, dims?: Dims, { correction = 1, keepdim = false }: VarOptions = {}): Tensor {
  return scope(() => {
    const over = normalizeDims("var", dims, x.ndim);
    const count = numel(over.map((d) => x.shape[d] as number));
    const centred = pw.sub(x, mean(x, over, { keepdim: true }));
    return pw.div(sum(pw.square(centred), over, { keepdim }), Math.max(0, count - correction));
  });
}

/** Standard deviation over dims, or over all elements. */
export function std(x: Tensor, dims?: Dims, options?: VarOptions): Tensor {
  return scope(() => root(variance(x, dims, options)));
}

/** Variance and mean together. */
export const varMean = (x: Tensor, dims?: Dims, options: VarOptions = {}): [Tensor, Tensor] => [
  variance(x, dims, options),
  mean(x, dims, options),
];
/** Standard deviation and mean together. */
export const stdMean = (x: Tensor, dims?: Dims, options: VarOptions = {}): [Tensor, Tensor] => [
  std(x, dims, options),
  mean(x, dims, options),
];

/** log Σ exp(x) over dims, without overflow: the maximum is taken out first. */
export function logsumexp(x: Tensor, dims: number | readonly number[], { keepdim = false }: ReduceOptions = {}): Tensor {
  return scope(() => {
    const over = normalizeDims("logsumexp", dims, x.ndim);
    if (numel(over.map((d) => x.shape[d] as number)) === 0) return pw.log(sum(pw.exp(x), over, { keepdim }));
    const highest = amax(x.detach(), over, { keepdim: true });
    const shift = pw.where(pw.isfinite(highest), highest, 0);
    const total = pw.log(sum(pw.exp(pw.sub(x, shift)), over, { keepdim }));
    return pw.add(total, keepdim ? shift : shift.reshape(total.shape));
  });
}

/** The p-norm of all elements, or over dims. p may be ±Infinity and 0. */
export function norm(x: Tensor, p: number | "fro" = 2, dims?: Dims, { keepdim = false }: ReduceOptions = {}): Tensor {
  if (typeof p !== "number" && p !== "fro")
    throw new UnsupportedError("norm", `no norm ${JSON.stringify(p)}. p is a number or "fro"; "nuc" is one of the function norm(x, "nuc")`);
  return scope(() => {
    const magnitude = pw.abs(x);
    if (p === "fro" || p === 2) return root(sum(pw.square(x), dims, { keepdim }));
    if (p === Number.POSITIVE_INFINITY) return amax(magnitude, dims, { keepdim });
    if (p === Number.NEGATIVE_INFINITY) return amin(magnitude, dims, { keepdim });
    if (p === 0) return sum(pw.ne(x, 0), dims, { keepdim, dtype: x.dtype });
    if (p === 1) return sum(magnitude, dims, { keepdim });
    return fromPower(sum(toPower(x, p), dims, { keepdim }), p);
  });
}
