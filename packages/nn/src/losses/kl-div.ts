// Kullback–Leibler divergence.
import { pointwise, scope, type Tensor } from "@gradkit/tensor";
import { exp, mul, sub } from "@gradkit/tensor/formula";
import { Module } from "../module.ts";
import { checkSameShape, type Reduction, reduceLoss } from "./reduction.ts";

export interface KLDivLossOptions {
  /** "batchmean" divides the sum by the first dim, which is the divergence proper. Default: "mean". */
  reduction?: Reduction | "batchmean";
  /** Whether targets are logarithms too. Default: false. */
  logTarget?: boolean;
}

const divergence = /* @__PURE__ */ pointwise("klDiv", (logp, target) => mul(exp(target), sub(target, logp)));

/** target·(log target − input), of log-probabilities. Throws a ShapeError where the shapes differ. */
export function klDiv(input: Tensor, target: Tensor, { reduction = "mean", logTarget = false }: KLDivLossOptions = {}): Tensor {
  checkSameShape("klDiv", input, target);
  return scope(() => {
    const terms = logTarget ? divergence(input, target) : target.xlogy(target).sub(target.mul(input));
    return reduction === "batchmean" ? terms.sum().div(input.shape[0] ?? 1) : reduceLoss("klDiv", terms, reduction);
  });
}

/**
 * Kullback–Leibler divergence of log-probabilities from targets.
 *
 * @example
 * new KLDivLoss({ reduction: "batchmean" }).call(logits.logSoftmax(1), probabilities);
 */
export class KLDivLoss extends Module {
  readonly options: KLDivLossOptions;

  constructor(options: KLDivLossOptions = {}) {
    super();
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}
