// Power-average pooling.
import { type AvgPoolOptions, abs, avgPool1d, avgPool2d, avgPool3d, relu, type Shape, scope, sign, type Tensor } from "@gradkit/tensor";

export type LPPoolOptions = Pick<AvgPoolOptions, "stride" | "ceilMode">;

type AvgPool = (x: Tensor, kernelSize: number | Shape, options: AvgPoolOptions) => Tensor;

function lpPoolNd(pool: AvgPool, dims: number, x: Tensor, normType: number, kernelSize: number | Shape, options: LPPoolOptions): Tensor {
  const elements = typeof kernelSize === "number" ? kernelSize ** dims : kernelSize.reduce((product, size) => product * size, 1);
  return scope(() => {
    const means = pool(x.pow(normType), kernelSize, options);
    return sign(means).mul(relu(abs(means))).mul(elements).pow(1 / normType); // biome-ignore format: one formula
  });
}

/** (Σ x^p)^(1/p) of each window, p = normType: x [N, C, L] or [C, L]. */
export const lpPool1d = (x: Tensor, normType: number, kernelSize: number | Shape, options: LPPoolOptions = {}): Tensor =>
  lpPoolNd(avgPool1d, 1, x, normType, kernelSize, options);
/** (Σ x^p)^(1/p) of each window, p = normType: x [N, C, H, W] or [C, H, W]. */
export const lpPool2d = (x: Tensor, normType: number, kernelSize: number | Shape, options: LPPoolOptions = {}): Tensor =>
  lpPoolNd(avgPool2d, 2, x, normType, kernelSize, options);
/** (Σ x^p)^(1/p) of each window, p = normType: x [N, C, D, H, W] or [C, D, H, W]. */
export const lpPool3d = (x: Tensor, normType: number, kernelSize: number | Shape, options: LPPoolOptions = {}): Tensor =>
  lpPoolNd(avgPool3d, 3, x, normType, kernelSize, options);
