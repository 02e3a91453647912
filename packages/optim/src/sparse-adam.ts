// Adam for gradients that name few rows: what they do not name stays as it is, its averages too.
import { GradientError, type Tensor, zeros } from "@gradkit/tensor";
import { add, div, mul, type Node, neg, sqrt, sub } from "@gradkit/tensor/formula";
import { type SparseGradient, setSparseGrad, sparseGrad, writeRows_ } from "@gradkit/tensor/sparse";
import {
  buffer,
  type CommonOptions,
  checkAtLeastZero,
  checkRates,
  countStep,
  Optimizer,
  type ParamGroup,
  type ParamState,
  type Params,
} from "./optimizer.ts";
import { updateRule } from "./update-rule.ts";

export interface SparseAdamOptions extends CommonOptions {
  /** Decay rates of the averages of the gradient and of its square. Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Default: 1e-8. */
  eps: number;
}

/** Adam's formula on the named rows; the averages move as torch moves them, by their distance to the new value. */
const sparseAdam = /* @__PURE__ */ updateRule(
  "sparseAdam",
  ["rate", "oneMinusBeta1", "oneMinusBeta2", "eps"],
  ({ rate, oneMinusBeta1, oneMinusBeta2, eps }, { maximize }: Record<"maximize", boolean>) =>
    (w: Node, m: Node, v: Node, g: Node) => {
      const slope = maximize ? neg(g) : g;
      const m1 = add(m, mul(oneMinusBeta1, sub(slope, m)));
      const v1 = add(v, mul(oneMinusBeta2, sub(mul(slope, slope), v)));
      return [sub(w, mul(rate, div(m1, add(sqrt(v1), eps)))), m1, v1];
    },
);

/** Rows of a matrix, each named once or more often with the sum of its values: nothing is read, and no dense gradient is made. */
interface Rows {
  readonly rows: Tensor; // int32 [n], sorted
  readonly sums: Tensor; // [n, D]
}

/** The parameter's first dims, which the indices name, as one. */
function flatRows(indices: Tensor, { shape }: Tensor): Tensor {
  const [dims = 0] = indices.shape;
  let flat = indices.select(0, 0);
  for (let d = 1; d < dims; d++) flat = flat.mul(shape[d] as number).add(indices.select(0, d));
  return flat;
}

/** Equal rows stand together once sorted: each run of them gets a number, and its values are added up there. */
function coalesced(flat: Tensor, values: Tensor): Rows {
  const { values: rows, indices: order } = flat.sort();
  const count = rows.numel;
  const starts = rows
    .narrow(0, 1, count - 1)
    .ne(rows.narrow(0, 0, count - 1))
    .to("int32"); // [n - 1]
  const run = zeros([count], { dtype: "int32", device: rows.device }); // [n]
  if (count > 1) run.narrow(0, 1, count - 1).copy_(starts.cumsum(0));
  const totals = zeros(values.shape, { device: values.device }).indexAdd(0, run, values.indexSelect(0, order));
  return { rows, sums: totals.indexSelect(0, run) };
}

/**
 * Adam for embeddings with `sparse: true`: a step costs as much as the rows that were looked up, not as the table. Gradients are
 * `{ indices, values }`, left by backward or set by `setSparseGrad`. Throws a GradientError for a dense one.
 *
 * @example
 * const words = new Embedding(100_000, 64, { sparse: true });
 * const optimizer = new SparseAdam(words.parameters(), { lr: 1e-3 });
 */
export class SparseAdam extends Optimizer<SparseAdamOptions, SparseGradient> {
  constructor(params: Params<SparseAdamOptions>, options: Partial<SparseAdamOptions> = {}) {
    super("SparseAdam", params, { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, maximize: false, ...options });
  }

  protected override checkOptions({ betas, eps }: SparseAdamOptions): void {
    checkAtLeastZero("SparseAdam", { eps });
    checkRates("SparseAdam", "betas", betas);
  }

  override zeroGrad(options: { setToNone?: boolean } = {}): void {
    super.zeroGrad(options);
    for (const { params } of this.paramGroups) for (const param of params) setSparseGrad(param, null);
  }

  protected override gradientOf(param: Tensor): SparseGradient | null {
    if (param.accumulatedGrad)
      throw new GradientError("SparseAdam", "a gradient is dense. Use Embedding with { sparse: true }, or another optimizer");
    return sparseGrad(param);
  }

  protected update(param: Tensor, { indices, values }: SparseGradient, state: ParamState, group: ParamGroup<SparseAdamOptions>): void {
    const { lr, eps, maximize } = group;
    const [beta1, beta2] = group.betas;
    const step = countStep(state);
    const averages = [buffer(state, "expAvg", param), buffer(state, "expAvgSq", param)];
    if (values.numel === 0) return;
    const flat = flatRows(indices, param);
    const tables = [param, ...averages].map((table) => table.view(-1, values.numel / flat.numel));
    const { rows, sums } = coalesced(flat, values.reshape(flat.numel, -1));
    const targets = tables.map((table) => table.indexSelect(0, rows));
    sparseAdam({ maximize })(targets, [sums], {
      rate: (lr * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step),
      oneMinusBeta1: 1 - beta1,
      oneMinusBeta2: 1 - beta2,
      eps,
    });
    tables.forEach((table, i) => {
      writeRows_(table, rows, targets[i] as Tensor);
    });
  }
}
