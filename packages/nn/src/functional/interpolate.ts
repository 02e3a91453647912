// Resizing pictures, lines and volumes. Each spatial dim is resampled by itself: a gather of the neighbours, and their weighted sum.
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d, DTypeError, formatShape, IndexError, indexSelect, isFloat, type Shape, ShapeError, scope, type Tensor, tensor } from "@gradkit/tensor"; // biome-ignore format: a list
import { perDim } from "../per-dim.ts";
import { type Axis, antialiasedTaps, cubicTaps, linearTaps, nearestTaps, type Taps } from "./resampling.ts";

export type InterpolateMode = "nearest" | "nearest-exact" | "linear" | "bilinear" | "bicubic" | "trilinear" | "area";

export interface InterpolateOptions {
  /** Spatial sizes of the output; one number for all of them. */
  size?: number | Shape | null;
  /** Or factors on the input's. */
  scaleFactor?: number | Shape | null;
  /** Default: "nearest". */
  mode?: InterpolateMode;
  /** Whether corner pixels keep their values; for "linear", "bilinear", "bicubic" and "trilinear" alone. Default: false. */
  alignCorners?: boolean | null;
  /** Whether coordinates follow the sizes rather than scaleFactor, where it does not divide evenly. Default: false. */
  recomputeScaleFactor?: boolean | null;
  /** Whether shrinking averages over what a pixel covers; for "bilinear" and "bicubic" alone. Default: false. */
  antialias?: boolean;
}

/** Spatial dims that a mode takes; null for any. */
const dimsOf: Readonly<Record<InterpolateMode, number | null>> = {
  nearest: null,
  "nearest-exact": null,
  area: null,
  linear: 1,
  bilinear: 2,
  bicubic: 2,
  trilinear: 3,
};

function check(x: Tensor, { mode = "nearest", alignCorners, antialias }: InterpolateOptions): void {
  const dims = x.ndim - 2;
  if (!(mode in dimsOf))
    throw new IndexError("interpolate", `no mode ${JSON.stringify(mode)}. Known are ${Object.keys(dimsOf).join(", ")}`);
  if (dims < 1 || dims > 3)
    throw new ShapeError("interpolate", `expected x [N, C, …] with 1 to 3 spatial dims (got ${formatShape(x.shape)})`);
  if (dimsOf[mode] !== null && dimsOf[mode] !== dims)
    throw new ShapeError("interpolate", `mode "${mode}" takes ${dimsOf[mode]} spatial dims (got ${formatShape(x.shape)})`);
  if (dimsOf[mode] === null && alignCorners !== null && alignCorners !== undefined)
    throw new IndexError("interpolate", `mode "${mode}" has no alignCorners. Only linear, bilinear, bicubic and trilinear have`);
  if (antialias && mode !== "bilinear" && mode !== "bicubic")
    throw new IndexError("interpolate", `antialias is for the modes "bilinear" and "bicubic" (got "${mode}")`);
  if (!isFloat(x.dtype) && mode !== "nearest" && mode !== "nearest-exact")
    throw new DTypeError("interpolate", `mode "${mode}" takes floats (got ${x.dtype}). Convert with .to("float32")`);
  if (x.shape.slice(1).includes(0)) throw new ShapeError("interpolate", `only the batch may be empty (got ${formatShape(x.shape)})`);
}

function axesOf(x: Tensor, { size, scaleFactor, recomputeScaleFactor }: InterpolateOptions): Axis[] {
  const inputs = x.shape.slice(2);
  if ((size ?? null) !== null && (scaleFactor ?? null) !== null)
    throw new IndexError("interpolate", "size and scaleFactor were both given. Pass one of them");
  if (recomputeScaleFactor && (size ?? null) !== null)
    throw new IndexError("interpolate", "recomputeScaleFactor needs scaleFactor instead of size");
  const sizes = size ?? null;
  const factors =
    (scaleFactor ?? null) === null ? null : perDim("interpolate", scaleFactor as number | Shape, inputs.length, "scaleFactor");
  if (sizes === null && factors === null) throw new IndexError("interpolate", "neither size nor scaleFactor was given. Pass one of them");
  const outputs = factors
    ? inputs.map((length, i) => Math.floor(length * (factors[i] as number)))
    : perDim("interpolate", sizes as number | Shape, inputs.length, "size");
  if (outputs.some((length) => !Number.isInteger(length) || length < 1))
    throw new ShapeError("interpolate", `the output would be ${formatShape(outputs)} (got x ${formatShape(x.shape)})`);
  return inputs.map((inputSize, i) => ({
    inputSize,
    outputSize: outputs[i] as number,
    scaleFactor: factors && !recomputeScaleFactor ? (factors[i] as number) : null,
  }));
}

function tapsOf(axis: Axis, { mode = "nearest", alignCorners, antialias }: InterpolateOptions): Taps {
  const corners = alignCorners ?? false;
  if (mode === "nearest" || mode === "nearest-exact") return nearestTaps(axis, mode === "nearest-exact");
  if (antialias) return antialiasedTaps(axis, mode === "bicubic" ? "cubic" : "linear", corners);
  return mode === "bicubic" ? cubicTaps(axis, corners) : linearTaps(axis, corners);
}

const isIdentity = ({ taps, positions }: Taps, { inputSize, outputSize }: Axis): boolean =>
  taps === 1 && inputSize === outputSize && positions.every((position, i) => position === i);

function resample(x: Tensor, dim: number, { taps, positions, weights }: Taps): Tensor {
  const neighbours = indexSelect(x, dim, tensor(positions, { device: x.device }));
  if (taps === 1 || !weights) return neighbours;
  const count = positions.length / taps;
  const factors = tensor(weights, { device: x.device, dtype: x.dtype, shape: [taps, count, ...x.shape.slice(dim + 1).map(() => 1)] });
  return neighbours.unflatten(dim, [taps, count]).mul(factors).sum(dim);
}

const areaPools = [adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d];

/**
 * Resizes the spatial dims of x [N, C, L], [N, C, H, W] or [N, C, D, H, W].
 *
 * @example
 * interpolate(zeros([1, 3, 8, 8]), { scaleFactor: 2, mode: "bilinear" }); // [1, 3, 16, 16]
 */
export function interpolate(x: Tensor, options: InterpolateOptions = {}): Tensor {
  check(x, options);
  const axes = axesOf(x, options);
  if (options.mode === "area") {
    const pool = areaPools[axes.length - 1] as typeof adaptiveAvgPool1d;
    return pool(x, axes.map(({ outputSize }) => outputSize)); // biome-ignore format: one step
  }
  return scope(() =>
    axes.reduce((y, axis, i) => {
      const taps = tapsOf(axis, options);
      return isIdentity(taps, axis) ? y : resample(y, 2 + i, taps);
    }, x),
  );
}

/** PyTorch's older name of `interpolate`. */
export const upsample: typeof interpolate = interpolate;

/** Resizes by repeating elements: `interpolate` with its default mode. */
export const upsampleNearest = (x: Tensor, options: Pick<InterpolateOptions, "size" | "scaleFactor">): Tensor =>
  interpolate(x, { ...options, mode: "nearest" });

/** Resizes pictures [N, C, H, W] along straight lines between pixels; corners keep their values, unlike the default of `interpolate`. */
export const upsampleBilinear = (x: Tensor, options: Pick<InterpolateOptions, "size" | "scaleFactor">): Tensor =>
  interpolate(x, { ...options, mode: "bilinear", alignCorners: true });
