// Products of two inputs.
import { formatShape, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import { castAsOne } from "@gradkit/tensor/recorder";

/** y[o] = x1ᵀ·W[o]·x2 + b[o]: x1 [..., in1], x2 [..., in2], weight [out, in1, in2], bias [out], result [..., out]. */
export const bilinear = /* @__PURE__ */ castAsOne(
  "bilinear",
  (x1: Tensor, x2: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor => {
    const [out, in1, in2] = weight.shape as readonly [number, number, number];
    const rows = x1.shape.slice(0, -1);
    if (
      weight.ndim !== 3 ||
      x1.shape.at(-1) !== in1 ||
      x2.shape.at(-1) !== in2 ||
      formatShape(rows) !== formatShape(x2.shape.slice(0, -1))
    ) {
      const got = [x1, x2, weight].map(({ shape }) => formatShape(shape)).join(", ");
      throw new ShapeError("bilinear", `sizes do not fit (got ${got}). x1 is [..., in1], x2 is [..., in2], weight is [out, in1, in2]`);
    }
    return scope(() => {
      const left = x1.reshape(-1, in1).matmul(weight.permute(1, 0, 2).reshape(in1, out * in2)); // [B, out·in2]
      const sums = left
        .reshape(-1, out, in2)
        .mul(x2.reshape(-1, 1, in2))
        .sum(-1); // [B, out]
      return (bias ? sums.add(bias) : sums).reshape([...rows, out]);
    });
  },
);
