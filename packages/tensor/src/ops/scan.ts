// Cumulative ops along one dim.
import type { ScanKind } from "../backend.ts";
import { type DType, isFloat } from "../dtype.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { toDType } from "./copy.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import type { ValuesAndIndices } from "./reduce.ts";

export interface ScanAttrs {
  readonly dim: number;
}

function makeScanOp(name: "cumsum" | "cumprod" | "cummax" | "cummin", kind: ScanKind, indices: boolean): StructuredOp<ScanAttrs> {
  return {
    name,
    infer([x]) {
      const { shape, dtype } = x as Tensor;
      return indices
        ? [
            { shape, dtype },
            { shape, dtype: "int32" },
          ]
        : [{ shape, dtype: isFloat(dtype) ? dtype : "int32" }];
    },
    run(device, [x], outputs, { dim }) {
      const input = x as Tensor;
      const asVector = (view: Tensor): Tensor => (view.ndim === 0 ? view.view(1) : view);
      if (input.numel > 0) device.scan(kind, asVector(input), dim, outputs.map(asVector));
      return true;
    },
  };
}

export const scanOps = {
  cumsum: makeScanOp("cumsum", "sum", false),
  cumprod: makeScanOp("cumprod", "prod", false),
  cummax: makeScanOp("cummax", "max", true),
  cummin: makeScanOp("cummin", "min", true),
};

const wide = (x: Tensor, dtype: DType | undefined): Tensor => toDType(x, dtype ?? (isFloat(x.dtype) ? x.dtype : "int32"));

function scan(op: StructuredOp<ScanAttrs>, x: Tensor, dim: number): readonly Tensor[] {
  return applyOp(op, [x], { dim: normalizeDim(op.name, dim, x.ndim) });
}

/** Running sum along dim. */
export const cumsum = (x: Tensor, dim: number, { dtype }: { dtype?: DType } = {}): Tensor =>
  scan(scanOps.cumsum, wide(x, dtype), dim)[0] as Tensor;
/** Running product along dim. */
export const cumprod = (x: Tensor, dim: number, { dtype }: { dtype?: DType } = {}): Tensor =>
  scan(scanOps.cumprod, wide(x, dtype), dim)[0] as Tensor;

function extreme(op: StructuredOp<ScanAttrs>, x: Tensor, dim: number): ValuesAndIndices {
  const [values, indices] = scan(op, x, dim) as [Tensor, Tensor];
  return { values, indices };
}

/** Running maximum along dim, with the position of each. */
export const cummax = (x: Tensor, dim: number): ValuesAndIndices => extreme(scanOps.cummax, x, dim);
/** Running minimum along dim, with the position of each. */
export const cummin = (x: Tensor, dim: number): ValuesAndIndices => extreme(scanOps.cummin, x, dim);
