// Dropout layers: one class for each functional form.
import { type Generator, IndexError, type Tensor } from "@gradkit/tensor";
import { alphaDropout, type DropoutOptions, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from "../functional/dropout.ts";
import { Module } from "../module.ts";

export interface DropoutLayerOptions {
  /** Default: the default generator. */
  generator?: Generator;
}

abstract class DropoutLayer extends Module {
  readonly p: number;
  readonly options: DropoutLayerOptions;

  constructor(p = 0.5, options: DropoutLayerOptions = {}) {
    super();
    if (!(p >= 0 && p <= 1)) throw new IndexError(new.target.name, `p = ${p} is no probability`);
    this.p = p;
    this.options = options;
  }

  protected abstract drop(x: Tensor, options: DropoutOptions): Tensor;

  forward(x: Tensor): Tensor {
    return this.drop(x, { p: this.p, training: this.training, ...this.options });
  }

  override extraRepr(): string {
    return `p=${this.p}, inplace=False`;
  }
}

/**
 * In training, zeroes each element with probability p and scales the others by 1/(1 − p); in evaluation, nothing.
 *
 * @example
 * new Dropout(0.2).call(ones([2, 3]));
 */
export class Dropout extends DropoutLayer {
  protected drop(x: Tensor, options: DropoutOptions): Tensor {
    return dropout(x, options);
  }
}

/** Zeroes whole channels of [N, C, L] or [C, L]. */
export class Dropout1d extends DropoutLayer {
  protected drop(x: Tensor, options: DropoutOptions): Tensor {
    return dropout1d(x, options);
  }
}

/** Zeroes whole channels of [N, C, H, W]. */
export class Dropout2d extends DropoutLayer {
  protected drop(x: Tensor, options: DropoutOptions): Tensor {
    return dropout2d(x, options);
  }
}

/** Zeroes whole channels of [N, C, D, H, W] or [C, D, H, W]. */
export class Dropout3d extends DropoutLayer {
  protected drop(x: Tensor, options: DropoutOptions): Tensor {
    return dropout3d(x, options);
  }
}

/** Dropout that keeps the mean and variance of SELU's outputs. */
export class AlphaDropout extends DropoutLayer {
  protected drop(x: Tensor, options: DropoutOptions): Tensor {
    return alphaDropout(x, options);
  }
}

/** As AlphaDropout, for whole channels. */
export class FeatureAlphaDropout extends DropoutLayer {
  protected drop(x: Tensor, options: DropoutOptions): Tensor {
    return featureAlphaDropout(x, options);
  }
}
