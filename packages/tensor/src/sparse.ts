// Gradients that name few elements of a large parameter: an embedding with `sparse: true` leaves them, SparseAdam follows them.
import { formatShape, ShapeError } from "./errors.ts";
import { noGrad } from "./grad-mode.ts";
import { scope } from "./lifetime.ts";
import { alongDim, checkedIndex } from "./ops/gather.ts";
import { cat } from "./ops/join.ts";
import { checkWritable } from "./ops/map.ts";
import type { Tensor } from "./tensor.ts";

/** As torch.sparse_coo_tensor: element n of `values` belongs to the place indices[:, n]. A place may be named several times: its values add up. */
export interface SparseGradient {
  readonly indices: Tensor; // int32 [dims, n]: the first dims of the parameter
  readonly values: Tensor; // [n, ...the parameter's other dims]
}

const gradients = /* @__PURE__ */ new WeakMap<Tensor, SparseGradient>();

/** The sparse gradient of a parameter, or null. Its `grad` is another matter: it stays null. */
export const sparseGrad = (param: Tensor): SparseGradient | null => gradients.get(param) ?? null;

/** Replaces the sparse gradient of a parameter; null drops it. Throws a ShapeError where the values do not fit. */
export function setSparseGrad(param: Tensor, gradient: SparseGradient | null): void {
  if (gradient) {
    const { indices, values } = gradient;
    const [dims = 0, count = 0] = indices.shape;
    const expected = [count, ...param.shape.slice(dims)];
    if (indices.ndim !== 2 || dims < 1 || dims > param.ndim || formatShape(values.shape) !== formatShape(expected)) {
      throw new ShapeError(
        "setSparseGrad",
        `indices ${formatShape(indices.shape)} and values ${formatShape(values.shape)} do not fit a parameter ${formatShape(param.shape)}. ` +
          "indices are [dims, n], values [n, ...the parameter's other dims]",
      );
    }
    gradients.set(param, { indices: indices.keep(), values: values.keep() });
  } else gradients.delete(param);
}

/** Adds to the sparse gradient of a parameter, as backward adds to `grad`: the lists are joined. */
export function addSparseGrad(param: Tensor, { indices, values }: SparseGradient): void {
  noGrad(() =>
    scope(() => {
      const before = gradients.get(param);
      setSparseGrad(
        param,
        before
          ? { indices: cat([before.indices, indices], 1), values: cat([before.values, values], 0) }
          : { indices: indices.clone(), values: values.clone() },
      );
    }),
  );
}

/** Overwrites rows of a contiguous table [V, ...] by number, in place and unrecorded. Of a row that is named twice the last value stays. */
export function writeRows_(table: Tensor, rows: Tensor, values: Tensor): void {
  const at = checkedIndex("writeRows_", rows, table.shape[0] as number);
  const expected = [rows.numel, ...table.shape.slice(1)];
  if (formatShape(values.shape) !== formatShape(expected))
    throw new ShapeError("writeRows_", `values must be ${formatShape(expected)} (got ${formatShape(values.shape)})`);
  checkWritable("writeRows_", table);
  if (values.numel > 0) table.device.scatter("set", table, 0, alongDim(at, table.shape, 0), values);
  table.storage.version++;
}
