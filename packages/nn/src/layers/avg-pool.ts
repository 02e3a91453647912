// Average-pooling and power-average pooling over one, two and three spatial dims.
import { type AvgPoolDivisorOptions, type AvgPoolOptions, avgPool1d, avgPool2d, avgPool3d, type Tensor } from "@gradkit/tensor";
import { type LPPoolOptions, lpPool1d, lpPool2d, lpPool3d } from "../functional/lp-pool.ts";
import { Module } from "../module.ts";
import { type PerDim, perDim } from "../per-dim.ts";
import { pythonBool, pythonTuple } from "../print-module.ts";
import { printed } from "./max-pool.ts";

abstract class AvgPoolNd<Options extends AvgPoolOptions> extends Module {
  readonly kernelSize: PerDim;
  readonly options: Options;

  constructor(kernelSize: PerDim, options: Options) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override extraRepr(): string {
    const { stride, padding = 0 } = this.options;
    return `kernel_size=${printed(this.kernelSize)}, stride=${printed(stride ?? this.kernelSize)}, padding=${printed(padding)}`;
  }
}

/** Mean of each window of [N, C, L] (or [C, L]). */
export class AvgPool1d extends AvgPoolNd<AvgPoolOptions> {
  constructor(kernelSize: PerDim, options: AvgPoolOptions = {}) {
    super(kernelSize, options);
  }
  forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options);
  }
  override extraRepr(): string {
    const { stride, padding = 0 } = this.options;
    const sizes = { kernel_size: this.kernelSize, stride: stride ?? this.kernelSize, padding };
    return Object.entries(sizes).map(([name, value]) => `${name}=${pythonTuple(perDim("AvgPool1d", value, 1, name))}`).join(", "); // biome-ignore format: one line
  }
}

/**
 * Mean of each window of [N, C, H, W] (or [C, H, W]).
 *
 * @example
 * new AvgPool2d(2).call(zeros([64, 16, 28, 28])); // [64, 16, 14, 14]
 */
export class AvgPool2d extends AvgPoolNd<AvgPoolDivisorOptions> {
  constructor(kernelSize: PerDim, options: AvgPoolDivisorOptions = {}) {
    super(kernelSize, options);
  }
  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/** Mean of each window of [N, C, D, H, W] (or [C, D, H, W]). */
export class AvgPool3d extends AvgPoolNd<AvgPoolDivisorOptions> {
  constructor(kernelSize: PerDim, options: AvgPoolDivisorOptions = {}) {
    super(kernelSize, options);
  }
  forward(x: Tensor): Tensor {
    return avgPool3d(x, this.kernelSize, this.options);
  }
}

abstract class LPPoolNd extends Module {
  readonly normType: number;
  readonly kernelSize: PerDim;
  readonly options: LPPoolOptions;

  constructor(normType: number, kernelSize: PerDim, options: LPPoolOptions = {}) {
    super();
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override extraRepr(): string {
    const { stride, ceilMode = false } = this.options;
    const sizes = `kernel_size=${printed(this.kernelSize)}, stride=${stride ? printed(stride) : "None"}`;
    return `norm_type=${this.normType}, ${sizes}, ceil_mode=${pythonBool(ceilMode)}`;
  }
}

/** (Σ x^p)^(1/p) of each window of [N, C, L] (or [C, L]), p = normType. */
export class LPPool1d extends LPPoolNd {
  forward(x: Tensor): Tensor {
    return lpPool1d(x, this.normType, this.kernelSize, this.options);
  }
}

/** (Σ x^p)^(1/p) of each window of [N, C, H, W] (or [C, H, W]), p = normType. */
export class LPPool2d extends LPPoolNd {
  forward(x: Tensor): Tensor {
    return lpPool2d(x, this.normType, this.kernelSize, this.options);
  }
}

/** (Σ x^p)^(1/p) of each window of [N, C, D, H, W] (or [C, D, H, W]), p = normType. */
export class LPPool3d extends LPPoolNd {
  forward(x: Tensor): Tensor {
    return lpPool3d(x, this.normType, this.kernelSize, this.options);
  }
}
