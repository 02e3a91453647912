// Layer normalisation (Ba, Kiros & Hinton 2016) and, without the mean, normalisation by the root mean square (Zhang & Sennrich 2019).
import type { LayerNormAttrs } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { add, mul } from "../formula/build.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { layerNormVjp, statistics } from "./layer-norm-grad.ts";
import { pointwise, pointwiseFunctions as pw } from "./pointwise.ts";

const affine = /* @__PURE__ */ pointwise("affine", (x, weight, bias) => add(mul(x, weight), bias));

/** x [..., …ends], weight and bias [...ends] or null → y, and the mean and 1/σ it used, [..., 1, …]. */
export const layerNormOp: StructuredOp<LayerNormAttrs> = {
  name: "layerNorm",
  vjp: layerNormVjp,
  infer([x, weight, bias], { dims }) {
    const { shape, dtype, ndim } = x as Tensor;
    if (!isFloat(dtype)) throw new DTypeError("layerNorm", `expected floats (got ${dtype})`);
    const ends = shape.slice(ndim - dims);
    for (const vector of [weight, bias]) {
      if (vector && !sameShape(vector.shape, ends))
        throw new ShapeError(
          "layerNorm",
          `weight and bias must be ${formatShape(ends)} (got ${formatShape(vector.shape)} for x ${formatShape(shape)})`,
        );
    }
    const kept = shape.map((size, d) => (d < ndim - dims ? size : 1));
    return [
      { shape, dtype },
      { shape: kept, dtype },
      { shape: kept, dtype },
    ];
  },
  run: (device, [x, weight, bias], [y, mean, rstd], attrs) =>
    device.fused?.layerNorm?.(x as Tensor, weight ?? null, bias ?? null, y as Tensor, mean as Tensor, rstd as Tensor, attrs) ?? false,
  decompose([x, weight, bias], attrs) {
    const input = x as Tensor;
    const { mean, rstd } = statistics(input, attrs);
    const normal = pw.mul(mean ? pw.sub(input, mean) : input, rstd);
    const y = weight && bias ? affine(normal, weight, bias) : weight ? pw.mul(normal, weight) : bias ? pw.add(normal, bias) : normal;
    return [y, mean ?? rstd.newFull(rstd.shape, 0), rstd];
  },
};

export interface LayerNormResult {
  readonly y: Tensor;
  /** [..., 1, …]; 0 where it is not subtracted. */
  readonly mean: Tensor;
  /** 1/√(variance + eps), [..., 1, …]. */
  readonly rstd: Tensor;
}

/** Normalises the last `dims` dims of x together, then scales and shifts each of their elements. */
export function layerNormWithStatistics(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  { dims, eps, centre = true }: Pick<LayerNormAttrs, "dims" | "eps"> & { centre?: boolean },
): LayerNormResult {
  const [y, mean, rstd] = applyOp(layerNormOp, [x, weight, bias], { dims, eps, centre }) as [Tensor, Tensor, Tensor];
  return { y, mean, rstd };
}
