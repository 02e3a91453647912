// A sum over many batches that does not drift: float32 alone would stop growing at 16 million times its summands.
import { pointwiseUpdate, type Tensor, zerosLike } from "@gradkit/tensor";
import { add, type Node, sub } from "@gradkit/tensor/formula";

/**
 * Kahan 1965: what an addition lost goes into the next. In two kernels, since the sum must have been rounded by a store: within one, a backend may
 * compute in higher precision and find no loss.
 */
const addTo = /* @__PURE__ */ pointwiseUpdate("runningSum", [], () => (total: Node, excess: Node, x: Node) => [add(total, sub(x, excess))]);
const lost = /* @__PURE__ */ pointwiseUpdate("runningSumExcess", [], () => (excess: Node, x: Node, before: Node, after: Node) => [
  sub(sub(after, before), sub(x, excess)),
]);

export class RunningSum {
  #total: Tensor | null = null;
  #excess: Tensor | null = null;

  /** Adds a tensor of one shape for all calls. Inside `noGrad`. */
  add(x: Tensor): void {
    this.#total ??= zerosLike(x).keep();
    this.#excess ??= zerosLike(x).keep();
    const before = this.#total.clone();
    addTo([this.#total], [this.#excess, x], {});
    lost([this.#excess], [x, before, this.#total], {});
  }

  /** The sums in float64; null before the first. */
  async read(): Promise<number[] | null> {
    if (!this.#total || !this.#excess) return null;
    const [total, excess] = await Promise.all([this.#total.data(), this.#excess.data()]);
    return Array.from(total, (x, i) => x - (excess[i] as number));
  }

  reset(): void {
    this.#total?.dispose();
    this.#excess?.dispose();
    this.#total = null;
    this.#excess = null;
  }
}
