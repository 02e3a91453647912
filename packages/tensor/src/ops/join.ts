// Joining and splitting along dims.
import type { View } from "../backend.ts";
import { type DType, dtypes, promoteTypes } from "../dtype.ts";
import { formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { castFormula } from "./copy.ts";
import { constantFormula } from "./creation.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { narrow, select, unsqueeze, view } from "./movement.ts";
import { type Layout, type ViewName, viewLayout, views } from "./views.ts";

const viewOf = (tensor: Tensor, layout: Layout): View => ({ buffer: tensor.buffer, dtype: tensor.dtype, ...layout });

const scalarType = (dtype: DType) => dtypes[dtype].scalar;

/** Concatenation along attrs.dim. */
export const catOp: StructuredOp<{ dim: number }> = {
  name: "cat",
  infer(inputs, { dim }) {
    const tensors = inputs as readonly Tensor[];
    const first = tensors[0] as Tensor;
    let length = 0;
    for (const { shape } of tensors) {
      if (shape.length !== first.ndim || shape.some((size, d) => d !== dim && size !== first.shape[d])) {
        throw new ShapeError("cat", `all sizes but dim ${dim} must agree (got ${tensors.map((x) => formatShape(x.shape)).join(", ")})`);
      }
      length += shape[dim] as number;
    }
    const shape = first.shape.map((size, d) => (d === dim ? length : size));
    return [{ shape, dtype: tensors.map((x) => x.dtype).reduce(promoteTypes) }];
  },
  run(device, inputs, [out], { dim }) {
    const y = out as Tensor;
    let start = 0;
    for (const x of inputs as readonly Tensor[]) {
      const length = x.shape[dim] as number;
      const part = viewOf(y, views.slice(y, { dim, start, step: 1, length }));
      if (x.numel > 0) device.map(castFormula(scalarType(x.dtype), scalarType(y.dtype)), [x], [], [part]);
      start += length;
    }
    return true;
  },
};

/** Joins tensors along an existing dim. Empty tensors of shape [0] are passed over, as in torch. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  if (tensors.length === 0) throw new ShapeError("cat", "expected at least one tensor (got an empty list)");
  const first = tensors.find((x) => !isNothing(x)) ?? (tensors[0] as Tensor);
  if (first.ndim === 0) throw new ShapeError("cat", "tensors of rank 0 cannot be concatenated. Use stack");
  const d = normalizeDim("cat", dim, first.ndim);
  return scope(() => {
    const none = first.shape.map((size, i) => (i === d ? 0 : size));
    return applyOp(
      catOp,
      tensors.map((x) => (isNothing(x) ? view(x, none) : x)),
      { dim: d },
    )[0] as Tensor;
  });
}

const isNothing = (x: Tensor): boolean => x.ndim === 1 && x.shape[0] === 0;

/** Joins tensors of one shape along a new dim. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  const [first] = tensors;
  if (!first) throw new ShapeError("stack", "expected at least one tensor (got an empty list)");
  for (const x of tensors) {
    if (formatShape(x.shape) !== formatShape(first.shape))
      throw new ShapeError("stack", `shapes must be equal (got ${formatShape(first.shape)} and ${formatShape(x.shape)})`);
  }
  const d = normalizeDim("stack", dim, first.ndim + 1);
  return cat(
    tensors.map((x) => unsqueeze(x, d)),
    d,
  );
}

export interface EmbedAttrs {
  /** Of the result. */
  readonly shape: Shape;
  readonly fill: number;
  readonly view: ViewName;
  readonly attrs: unknown;
}

/** The transpose of a view: a tensor of `fill`, with the input written where `view` would look. */
export const embedOp: StructuredOp<EmbedAttrs> = {
  name: "embed",
  infer: ([x], { shape }) => [{ shape, dtype: (x as Tensor).dtype }],
  run(device, [x], [out], { fill, view, attrs }) {
    const [source, y] = [x as Tensor, out as Tensor];
    const type = scalarType(y.dtype);
    if (y.numel > source.numel) device.map(constantFormula(type), [], [fill], [y]);
    if (source.numel > 0) device.map(castFormula(type, type), [source], [], [viewOf(y, viewLayout(view, y, attrs))]);
    return true;
  },
};

/** See `embedOp`. */
export const embed = (x: Tensor, attrs: EmbedAttrs): Tensor => applyOp(embedOp, [x], attrs)[0] as Tensor;

/** Consecutive parts of the given sizes along dim (a number: equal parts, the last one smaller). */
export function split(x: Tensor, sizes: number | readonly number[], dim = 0): Tensor[] {
  const d = normalizeDim("split", dim, x.ndim);
  const total = x.shape[d] as number;
  if (typeof sizes === "number") {
    if (sizes <= 0 && total > 0) throw new IndexError("split", `size ${sizes} must be positive`);
    const count = Math.max(1, Math.ceil(total / sizes));
    return Array.from({ length: count }, (_, i) => narrow(x, d, i * sizes, Math.min(sizes, total - i * sizes)));
  }
  if (sizes.reduce((a, b) => a + b, 0) !== total)
    throw new ShapeError("split", `sizes [${sizes.join(", ")}] do not add up to ${total} (got ${formatShape(x.shape)})`);
  let start = 0;
  return sizes.map((size) => {
    const part = narrow(x, d, start, size);
    start += size;
    return part;
  });
}

/** At most `chunks` parts of equal size along dim. */
export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  const d = normalizeDim("chunk", dim, x.ndim);
  if (chunks < 1) throw new IndexError("chunk", `${chunks} chunks: expected at least 1`);
  const size = x.shape[d] as number;
  return split(x, Math.max(1, Math.ceil(size / chunks)), d);
}

/** All positions along dim, without the dim. */
export function unbind(x: Tensor, dim = 0): Tensor[] {
  const d = normalizeDim("unbind", dim, x.ndim);
  return Array.from({ length: x.shape[d] ?? 1 }, (_, i) => select(x, d, i));
}
