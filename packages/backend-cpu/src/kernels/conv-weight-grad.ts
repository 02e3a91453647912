// FusedKernels.convWeightGrad: the products of x's windows with dy, summed over all positions of all images.
import { type ConvAttrs, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { addressOf } from "./contiguous.ts";
import { sumByPlanes, takesPlanes } from "./weight-sum-planes.ts";
import { sumByTiles } from "./weight-sum-tiles.ts";
import { sumByVectors, takesVectors } from "./weight-sum-vectors.ts";
import { sumByWinograd } from "./weight-sum-winograd.ts";
import { type WindowGeometry, type WindowSizes, windowGeometry } from "./window-geometry.ts";
import type { WindowKernels } from "./window-kernels.ts";
import { winogradFor } from "./winograd.ts";

/** To dweight [groups · outputs, channels, KH, KW], contiguous, given by its address; nothing is empty. */
export type SumWeights = (kernels: WindowKernels, dy: View, x: View, groups: number, geometry: WindowGeometry, dweight: number) => void;

export const createConvWeightGrad =
  (kernels: WindowKernels): FusedKernels["convWeightGrad"] =>
  (dy: View, x: View, dweight: View, attrs: ConvAttrs): boolean => {
    if (dy.dtype !== "float32") return false;
    if (numel(dweight.shape) === 0) return true;
    const target = addressOf(dweight);
    if (numel(dy.shape) === 0) {
      kernels.memory.f32.fill(0, target >>> 2, (target >>> 2) + numel(dweight.shape));
      return true;
    }
    const geometry = windowGeometry(dweight, dy, attrs);
    const winograd = winogradFor(kernels, geometry.images, geometry.sizes);
    const sum = winograd ? sumByWinograd(winograd) : sumDirectly(kernels.width, geometry.sizes, attrs.groups);
    sum(kernels, dy, x, attrs.groups, geometry, target);
    return true;
  };

function sumDirectly(panelWidth: number, sizes: WindowSizes, groups: number): SumWeights {
  if (takesVectors(sizes, groups)) return sumByVectors;
  return takesPlanes(panelWidth, sizes) ? sumByPlanes : sumByTiles;
}
