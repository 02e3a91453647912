// Softmax and its relatives as layers.
import type { Tensor } from "@gradkit/tensor";
import { Module } from "../module.ts";

abstract class AlongDim extends Module {
  readonly dim: number | null;

  /** Without a dim, PyTorch's old rule: dim 0 for 0, 1 or 3 dims, else dim 1. */
  constructor(dim: number | null = null) {
    super();
    this.dim = dim;
  }

  protected dimOf(x: Tensor): number {
    return this.dim ?? (x.ndim === 0 || x.ndim === 1 || x.ndim === 3 ? 0 : 1);
  }

  override extraRepr(): string {
    return `dim=${this.dim ?? "None"}`;
  }
}

/**
 * exp(x) / Σ exp(x) along dim.
 *
 * @example
 * new Softmax(1).call(logits); // rows sum to 1
 */
export class Softmax extends AlongDim {
  forward(x: Tensor): Tensor {
    return x.softmax(this.dimOf(x));
  }
}

/** log softmax(x) along dim. */
export class LogSoftmax extends AlongDim {
  forward(x: Tensor): Tensor {
    return x.logSoftmax(this.dimOf(x));
  }
}

/** softmax(−x) along dim. */
export class Softmin extends AlongDim {
  forward(x: Tensor): Tensor {
    return x.neg().softmax(this.dimOf(x));
  }
}

/** Softmax over the channels of [N, C, H, W] or [C, H, W]. */
export class Softmax2d extends Module {
  forward(x: Tensor): Tensor {
    return x.softmax(-3);
  }
}
