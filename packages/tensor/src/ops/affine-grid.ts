// Grids for gridSample from affine maps.
import { formatShape, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { tensor } from "./creation.ts";
import { matmul } from "./matmul.ts";
import { reshape, transpose } from "./movement.ts";

export interface AffineGridOptions {
  /** Whether −1 and 1 are the centers of the corner pixels, instead of their outer edges. Default: false. */
  alignCorners?: boolean | null;
}

function coordinatesAlong(size: number, alignCorners: boolean): number[] {
  if (size === 1) return [0];
  const edge = alignCorners ? 1 : (size - 1) / size;
  return Array.from({ length: size }, (_, i) => edge * ((2 * i) / (size - 1) - 1));
}

/** theta [N, 2, 3] and the size [N, C, H, W] of a picture → grid [N, H, W, 2]; theta [N, 3, 4] and [N, C, D, H, W] → [N, D, H, W, 3]. */
export function affineGrid(theta: Tensor, size: Shape, { alignCorners }: AffineGridOptions = {}): Tensor {
  const [n = 0, , ...sizes] = size;
  const dims = sizes.length;
  if ((dims !== 2 && dims !== 3) || formatShape(theta.shape) !== formatShape([n, dims, dims + 1])) {
    throw new ShapeError(
      "affineGrid",
      `theta must be [N, 2, 3] for a size [N, C, H, W], or [N, 3, 4] for [N, C, D, H, W] (got theta ${formatShape(theta.shape)}, size ${formatShape(size)})`,
    );
  }
  if (size.some((length) => length < 1)) throw new ShapeError("affineGrid", `sizes must be at least 1 (got ${formatShape(size)})`);
  return scope(() => {
    const along = sizes.map((length) => coordinatesAlong(length, alignCorners ?? false));
    const points = along.reduce<number[][]>((before, axis) => before.flatMap((point) => axis.map((x) => [x, ...point])), [[]]);
    const base = tensor(points.flatMap((point) => [...point, 1]), { shape: [numel(sizes), dims + 1], dtype: theta.dtype, device: theta.device }); // biome-ignore format: one step
    return reshape(matmul(base, transpose(theta, 1, 2)), [n, ...sizes, dims]);
  });
}
