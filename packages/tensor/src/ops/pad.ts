// Padding: with a value, or with the tensor's own elements mirrored, repeated or wrapped around.
import { formatShape, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import type { Tensor } from "../tensor.ts";
import { cat, embed } from "./join.ts";
import { expand, flip, narrow } from "./movement.ts";

type PadMode = "constant" | "reflect" | "replicate" | "circular";

export interface PadOptions {
  /** "constant" writes `value`; "reflect" mirrors without the edge; "replicate" repeats the edge; "circular" wraps. Default: "constant". */
  mode?: PadMode;
  /** Default: 0. */
  value?: number | null;
}

/** The elements that stand before and after dim, each a part of the tensor. */
interface Border {
  /** How many elements one side may have at most. */
  readonly limit: (size: number) => number;
  readonly before: (x: Tensor, dim: number, count: number) => Tensor;
  readonly after: (x: Tensor, dim: number, count: number) => Tensor;
}

const repeated = (x: Tensor, dim: number, at: number, count: number): Tensor =>
  expand(
    narrow(x, dim, at, 1),
    x.shape.map((size, d) => (d === dim ? count : size)),
  );
const last = (x: Tensor, dim: number): number => (x.shape[dim] as number) - 1;

const borders: Readonly<Record<Exclude<PadMode, "constant">, Border>> = {
  reflect: {
    limit: (size) => size - 1,
    before: (x, dim, count) => flip(narrow(x, dim, 1, count), dim),
    after: (x, dim, count) => flip(narrow(x, dim, last(x, dim) - count, count), dim),
  },
  replicate: {
    limit: () => Number.POSITIVE_INFINITY,
    before: (x, dim, count) => repeated(x, dim, 0, count),
    after: (x, dim, count) => repeated(x, dim, last(x, dim), count),
  },
  circular: {
    limit: (size) => size,
    before: (x, dim, count) => narrow(x, dim, last(x, dim) + 1 - count, count),
    after: (x, dim, count) => narrow(x, dim, 0, count),
  },
};

/** `padding` holds (before, after) for the last dim, then for the one before it, and so on, as torch. Negative crops. */
export function pad(x: Tensor, padding: readonly number[], { mode = "constant", value = 0 }: PadOptions = {}): Tensor {
  if (padding.length % 2 !== 0 || padding.length / 2 > x.ndim) {
    throw new ShapeError(
      "pad",
      `expected (before, after) pairs for at most ${x.ndim} dims (got [${padding.join(", ")}] for ${formatShape(x.shape)})`,
    );
  }
  if (mode !== "constant" && !(mode in borders)) {
    throw new ShapeError("pad", `mode must be "constant", "reflect", "replicate" or "circular" (got ${JSON.stringify(mode)})`);
  }
  return scope(() => {
    let result = x;
    for (let i = 0; i < padding.length; i += 2) {
      const dim = x.ndim - 1 - i / 2;
      const [before, after] = [padding[i] as number, padding[i + 1] as number];
      // as torch: mirrored and repeated elements may come from what is cropped on the other side, others may not
      if (mode === "reflect" || mode === "replicate") result = crop(grow(result, dim, before, after, mode, value), dim, before, after);
      else result = grow(crop(result, dim, before, after), dim, before, after, mode, value);
    }
    return result;
  });
}

function grow(x: Tensor, dim: number, before: number, after: number, mode: PadMode, value: number | null): Tensor {
  const [start, end] = [Math.max(0, before), Math.max(0, after)];
  if (start + end === 0) return x;
  return mode === "constant" ? padWith(x, dim, start, end, value ?? 0) : padFrom(x, dim, start, end, mode);
}

/** What negative padding leaves. */
function crop(x: Tensor, dim: number, before: number, after: number): Tensor {
  if (before >= 0 && after >= 0) return x;
  const kept = (x.shape[dim] as number) + Math.min(0, before) + Math.min(0, after);
  if (kept < 0) throw new ShapeError("pad", `cropping ${-before} and ${-after} leaves nothing of dim ${dim} (got ${formatShape(x.shape)})`);
  return narrow(x, dim, Math.max(0, -before), kept);
}

function padWith(x: Tensor, dim: number, before: number, after: number, value: number): Tensor {
  const length = x.shape[dim] as number;
  const shape = x.shape.map((size, d) => (d === dim ? before + length + after : size));
  return embed(x, { shape, fill: value, view: "slice", attrs: { dim, start: before, step: 1, length } });
}

function padFrom(x: Tensor, dim: number, before: number, after: number, mode: keyof typeof borders): Tensor {
  const border = borders[mode];
  const size = x.shape[dim] as number;
  const limit = size === 0 ? 0 : border.limit(size);
  if (before > limit || after > limit) {
    throw new ShapeError(
      "pad",
      `${before} and ${after} are too much for mode "${mode}" along dim ${dim} of size ${size} (got ${formatShape(x.shape)}). At most ${limit}`,
    );
  }
  return cat([border.before(x, dim, before), x, border.after(x, dim, after)], dim);
}
