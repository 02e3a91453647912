// Ops as methods: a function (x, …rest) in this table is x.name(…rest). Whoever imports Tensor from here has them installed, and every bundle
// carries them: what few programs call (diag, roll, tile, einsum …) is a function alone.
import { type AlphaOptions, add, add_, clamp, type DivOptions, div, gelu, pow, round, sub, sub_, whereMethod } from "./ops/arithmetic.ts";
import { clone, contiguous, copy_, to, toDevice } from "./ops/copy.ts";
import { newFull, newOnes, newZeros } from "./ops/creation.ts";
import { fill_, zero_ } from "./ops/fill.ts";
import { gather, indexAdd, indexSelect, scatter, scatterAdd } from "./ops/gather.ts";
import { indexPut, indexPut_ } from "./ops/index-put.ts";
import { at } from "./ops/indexing.ts";
import { chunk, split, unbind } from "./ops/join.ts";
import { maskedFill, maskedFill_ } from "./ops/masked.ts";
import { bmm, dot, matmul, mm, mv, outer } from "./ops/matmul.ts";
import {
  broadcastTo, diagonal, expand, expandAs, flatten, flip, movedim, narrow, permute, ravel, reshape, reshapeAs, select, slice, squeeze, t, transpose,
  unflatten, unfold, unsqueeze, view, viewAs,
} from "./ops/movement.ts"; // biome-ignore format: a list
import { type Operand, type PointwiseMethods, pointwiseMethods } from "./ops/pointwise.ts";
import {
  all,
  amax,
  amin,
  any,
  argmax,
  argmin,
  max,
  mean,
  min,
  prod,
  type ReduceOptions,
  sum,
  type ValuesAndIndices,
} from "./ops/reduce.ts";
import { repeat } from "./ops/repeat.ts";
import { cummax, cummin, cumprod, cumsum } from "./ops/scan.ts";
import { logSoftmax, softmax } from "./ops/softmax.ts";
import { argsort, sort, topk } from "./ops/sort.ts";
import { logsumexp, norm, std, variance } from "./ops/statistics.ts";
import { tril, triu } from "./ops/triangle.ts";
import { Tensor } from "./tensor.ts";

const functions = {
  add_, sub_, clamp, gelu, pow, round,
  clone, contiguous, copy_, to, toDevice, fill_, zero_,
  newFull, newOnes, newZeros,
  at, indexPut, indexPut_, maskedFill, maskedFill_,
  gather, indexAdd, indexSelect, scatter, scatterAdd,
  tril, triu, repeat,
  chunk, split, unbind,
  bmm, dot, matmul, mm, mv, outer,
  broadcastTo, diagonal, expand, expandAs, flatten, flip, movedim, narrow, permute, ravel, reshape, reshapeAs, select, slice, squeeze, t, transpose,
  unflatten, unfold, unsqueeze, view, viewAs,
  all, amax, amin, any, argmax, argmin, mean, prod, sum,
  cummax, cummin, cumprod, cumsum,
  logSoftmax, softmax,
  argsort, sort, topk,
  logsumexp, norm, std, var: variance,
}; // biome-ignore format: a table

/** Functions whose types a mapped type cannot carry over: overloads, and operands that may be numbers. */
const special = { add, sub, div, max, min, where: whereMethod };

interface SpecialMethods {
  add(other: Operand, options?: AlphaOptions): Tensor;
  sub(other: Operand, options?: AlphaOptions): Tensor;
  div(other: Operand, options?: DivOptions): Tensor;
  where(condition: Tensor, other: Operand): Tensor;
  max(): Tensor;
  max(other: Tensor): Tensor;
  max(dim: number, options?: ReduceOptions): ValuesAndIndices;
  min(): Tensor;
  min(other: Tensor): Tensor;
  min(dim: number, options?: ReduceOptions): ValuesAndIndices;
}

type Method<F> = F extends (x: Tensor, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never;
type FunctionMethods = { [K in keyof typeof functions]: Method<(typeof functions)[K]> };

export type TensorMethods = Omit<PointwiseMethods, keyof FunctionMethods | keyof SpecialMethods> & FunctionMethods & SpecialMethods;

function install(name: string, method: (...args: never[]) => unknown): void {
  Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true });
}

for (const [name, method] of Object.entries(pointwiseMethods)) install(name, method);
for (const [name, fn] of Object.entries({ ...functions, ...special })) {
  const call = fn as (x: Tensor, ...rest: unknown[]) => unknown;
  install(name, function (this: Tensor, ...rest: unknown[]) {
    return call(this, ...rest);
  });
}

export { Tensor };
