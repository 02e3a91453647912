// L-BFGS: steps from the gradients of the last iterations, each of which calls the closure again.
import {
  cat,
  enableGrad,
  GradkitError,
  markStep,
  noGrad,
  pointwiseUpdate,
  scope,
  stack,
  type Tensor,
  unbind,
  zeros,
} from "@gradkit/tensor";
import { add, mul, type Node } from "@gradkit/tensor/formula";
import { checkAtLeastZero, OptimizerState, type Params } from "./optimizer.ts";
import type { OptimizerStateDict } from "./state-dict.ts";
import { type Point, strongWolfe } from "./strong-wolfe.ts";

export interface LBFGSOptions {
  /** Length of a step, or its first guess for the line search. Default: 1. */
  lr: number;
  /** Iterations of one step. Default: 20. */
  maxIter: number;
  /** Calls of the closure in one step. Default: null, which is 1.25 · maxIter. */
  maxEval: number | null;
  /** Stop at a gradient whose elements are at most this. Default: 1e-7. */
  toleranceGrad: number;
  /** Stop where parameters or loss change less. Default: 1e-9. */
  toleranceChange: number;
  /** How many iterations are remembered. Default: 100. */
  historySize: number;
  /** Search for a good step along each direction. Default: null, no search. */
  lineSearchFn: "strong_wolfe" | null;
}

/** Drops the gradients, computes the loss, calls backward and returns the loss. May be async. */
export type LBFGSClosure = () => Tensor | Promise<Tensor>;

/** How gradient and parameters changed in one iteration. */
interface Correction {
  readonly y: Tensor; // [numel]
  readonly s: Tensor; // [numel]
  readonly ro: Tensor; // 1 / (y · s), []
}

/** What one iteration leaves to the next. */
interface Last {
  readonly d: Tensor; // [numel]
  readonly t: number;
  readonly gradient: Tensor; // before the iteration [numel]
  readonly loss: number;
}

/** Where the parameters stand. */
type Here = Pick<Point, "loss" | "gradient"> & { readonly largest: number /** of the gradient */ };

const addScaled = /* @__PURE__ */ pointwiseUpdate("lbfgs", ["factor"], ({ factor }) => (q: Node, x: Node, a: Node) => [
  add(q, mul(mul(factor, a), x)),
]);

/** Runs device work unrecorded, and without leaving temporaries. */
const quietly = <T>(fn: () => T): T => noGrad(() => scope(fn));

/** Scalars in one read. */
const read = async (make: () => Tensor[]): Promise<number[]> => [...(await quietly(() => stack(make())).data())];

/**
 * L-BFGS (Nocedal & Wright 2006, Algorithm 7.5; stopping rules and numbers as torch): for full batches, where second-order steps pay. Vectors stay
 * on the device and a few scalars an iteration are read, so `step` returns a promise. All parameters are one group.
 *
 * @example
 * const optimizer = new LBFGS(model.parameters(), { lineSearchFn: "strong_wolfe" });
 * await optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const output = loss.call(model.call(x), y);
 *   output.backward();
 *   return output;
 * });
 */
export class LBFGS extends OptimizerState<LBFGSOptions> {
  #history: Correction[] = [];
  #scale = 1; // of the first guess for the inverse Hessian
  #last: Last | null = null;
  #iterations = 0;
  #evaluations = 0;

  constructor(params: Params<LBFGSOptions>, options: Partial<LBFGSOptions> = {}) {
    super("LBFGS", params, {
      lr: 1,
      maxIter: 20,
      maxEval: null,
      toleranceGrad: 1e-7,
      toleranceChange: 1e-9,
      historySize: 100,
      lineSearchFn: null,
      ...options,
    });
    if (this.paramGroups.length > 1)
      throw new GradkitError("LBFGS", "parameters must be one group. Its steps look at all of them together");
  }

  protected override checkOptions({ lineSearchFn, toleranceGrad, toleranceChange }: LBFGSOptions): void {
    checkAtLeastZero("LBFGS", { toleranceGrad, toleranceChange });
    if (lineSearchFn !== null && lineSearchFn !== "strong_wolfe")
      throw new GradkitError("LBFGS", `lineSearchFn is "strong_wolfe" or null (got ${JSON.stringify(lineSearchFn)})`);
  }

  get #group(): LBFGSOptions & { params: Tensor[] } {
    return this.paramGroups[0] as LBFGSOptions & { params: Tensor[] };
  }

  /** Runs up to `maxIter` iterations. Returns the loss of the closure's first call. */
  async step(closure: LBFGSClosure): Promise<Tensor> {
    const { lr, maxIter, toleranceGrad, toleranceChange, lineSearchFn } = this.#group;
    const maxEval = this.#group.maxEval ?? Math.floor((maxIter * 5) / 4);
    const before = this.#evaluations;
    const { result, ...first } = await this.#evaluate(closure);
    let here: Here = first;
    for (let i = 1; i <= maxIter && !(here.largest <= toleranceGrad); i++) {
      this.#iterations++;
      await this.#remember(here.gradient);
      const { gradient, loss } = here;
      const d = this.#direction(gradient);
      const [slope = 0, size = 0, sum = 0] = await read(() => [gradient.dot(d), d.abs().max(), gradient.abs().sum()]);
      let t = this.#iterations === 1 ? Math.min(1, 1 / sum) * lr : lr;
      this.#last = { d, t, gradient, loss };
      if (slope > -toleranceChange) break;
      if (lineSearchFn) ({ t, here } = await this.#search(closure, { t: 0, loss, slope, gradient }, d, t, size));
      else {
        this.#move(this.#clones(), d, t);
        if (i < maxIter) here = await this.#evaluate(closure);
      }
      this.#last = { d, t, gradient, loss };
      if (this.#evaluations - before >= maxEval) break;
      if (size * Math.abs(t) <= toleranceChange || Math.abs(here.loss - loss) < toleranceChange) break;
    }
    markStep(this);
    return result;
  }

  /** Calls the closure where the parameters stand. */
  async #evaluate(closure: LBFGSClosure): Promise<Here & { readonly result: Tensor }> {
    const result = await enableGrad(closure);
    this.#evaluations++;
    const gradient = this.#gradient();
    const [loss = 0, largest = 0] = await read(() => [result.detach().reshape([]), gradient.abs().max()]);
    return { result, loss, gradient, largest };
  }

  /** A line search along d. The parameters end at the point found. */
  async #search(closure: LBFGSClosure, start: Point, d: Tensor, first: number, size: number): Promise<{ t: number; here: Here }> {
    const origin = this.#clones();
    const found = await strongWolfe(start, first, size, async (t) => {
      this.#move(origin, d, t);
      const { loss, gradient } = await this.#evaluate(closure);
      const [slope = 0] = await read(() => [gradient.dot(d)]);
      return { t, loss, slope, gradient };
    });
    this.#move(origin, d, found.t);
    const [largest = 0] = await read(() => [found.gradient.abs().max()]);
    return { t: found.t, here: { loss: found.loss, gradient: found.gradient, largest } };
  }

  /** Takes the last iteration into the history, if the loss is convex along it. */
  async #remember(gradient: Tensor): Promise<void> {
    const last = this.#last;
    if (!last) return;
    const [y, s] = quietly(() => [gradient.sub(last.gradient), last.d.mul(last.t)] as const);
    const [ys = 0, yy = 0] = await read(() => [y.dot(s), y.dot(y)]);
    if (!(ys > 1e-10)) return; // as torch
    if (this.#history.length >= this.#group.historySize) this.#history.shift();
    this.#history.push({ y, s, ro: quietly(() => y.dot(s).reciprocal()) });
    this.#scale = ys / yy;
  }

  /** Minus the inverse Hessian times the gradient, by two loops over the history: Nocedal & Wright 2006, Algorithm 7.4. */
  #direction(gradient: Tensor): Tensor {
    return quietly(() => {
      const q = gradient.neg();
      const weights = this.#history.map(() => q);
      for (let i = this.#history.length - 1; i >= 0; i--) {
        const { y, s, ro } = this.#history[i] as Correction;
        weights[i] = s.dot(q).mul(ro);
        addScaled([q], [y, weights[i] as Tensor], { factor: -1 });
      }
      q.mul_(this.#scale);
      this.#history.forEach(({ y, s, ro }, i) => {
        const correction = (weights[i] as Tensor).sub(y.dot(q).mul(ro));
        addScaled([q], [s, correction], { factor: 1 });
      });
      return q;
    });
  }

  /** All gradients as one vector; zeros for what has none. */
  #gradient(): Tensor {
    return quietly(() => cat(this.#group.params.map((param) => (param.accumulatedGrad ?? zeros(param.shape, param)).reshape(-1))));
  }

  #clones(): Tensor[] {
    return quietly(() => this.#group.params.map((param) => param.clone()));
  }

  /** Puts the parameters at origin + t·d. */
  #move(origin: readonly Tensor[], d: Tensor, t: number): void {
    quietly(() => {
      let start = 0;
      this.#group.params.forEach((param, i) => {
        const part = d.narrow(0, start, param.numel).view(param.shape);
        param.copy_((origin[i] as Tensor).add(part, { alpha: t }));
        start += param.numel;
      });
    });
  }

  protected override stateShape(): null {
    return null; // vectors over all parameters
  }

  /** PyTorch's layout, but for the history: a row for each iteration instead of a list. */
  override stateDict(): OptimizerStateDict {
    const saved = super.stateDict();
    const last = this.#last;
    if (!last) return saved;
    const history = this.#history;
    const rows = (key: keyof Correction): Tensor => quietly(() => stack(history.map((correction) => correction[key])));
    saved.state[0] = {
      func_evals: this.#evaluations,
      n_iter: this.#iterations,
      d: last.d,
      t: last.t,
      prev_flat_grad: last.gradient,
      prev_loss: last.loss,
      H_diag: this.#scale,
      ...(history.length > 0 && { old_dirs: rows("y"), old_stps: rows("s"), ro: rows("ro") }),
    };
    return saved;
  }

  override loadStateDict(saved: OptimizerStateDict): void {
    super.loadStateDict(saved);
    const own = this.state.get(this.#group.params[0] as Tensor);
    this.state.clear();
    const { d, prevFlatGrad, oldDirs, oldStps, ro } = (own ?? {}) as Record<string, Tensor>;
    const { t = 0, prevLoss = 0, HDiag = 1, nIter = 0, funcEvals = 0 } = (own ?? {}) as Record<string, number>;
    this.#last = d && prevFlatGrad ? { d, t, gradient: prevFlatGrad, loss: prevLoss } : null;
    const [y, s, rhos] = quietly(() => [oldDirs, oldStps, ro].map((rows) => (rows ? unbind(rows).map((row) => row.clone()) : []))) as [
      Tensor[],
      Tensor[],
      Tensor[],
    ];
    this.#history = y.map((row, i) => ({ y: row, s: s[i] as Tensor, ro: rhos[i] as Tensor }));
    this.#scale = HDiag;
    this.#iterations = nIter;
    this.#evaluations = funcEvals;
  }
}
