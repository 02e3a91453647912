// Reading pictures and volumes at positions given by a grid, between pixels too (Jaderberg et al. 2015).
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { abs, add, and, cast, div, floor, ge, gt, le, lt, mul, rem, round, select, sub } from "../formula/build.ts";
import type { Node } from "../formula/nodes.ts";
import { noGrad } from "../grad-mode.ts";
import { scope } from "../lifetime.ts";
import { castAsOne } from "../operand-casts.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { applyOp } from "./dispatch.ts";
import { gatherOp } from "./gather.ts";
import { expand, reshape, select as selectAt } from "./movement.ts";
import { pointwise, pointwiseFunctions as pw } from "./pointwise.ts";

export interface GridSampleOptions {
  /** "bilinear" is trilinear in volumes; "bicubic" is for pictures alone. Default: "bilinear". */
  mode?: "bilinear" | "nearest" | "bicubic";
  /** What lies outside: zeros, the nearest pixel, or the picture mirrored. Default: "zeros". */
  paddingMode?: "zeros" | "border" | "reflection";
  /** Whether −1 and 1 are the centers of the corner pixels, instead of their outer edges. Default: false. */
  alignCorners?: boolean | null;
}

type Mode = NonNullable<GridSampleOptions["mode"]>;
type PaddingMode = NonNullable<GridSampleOptions["paddingMode"]>;

/** From [−1, 1] to pixels; `size` of them. */
const toPixels = (x: Node, size: Node, alignCorners: boolean): Node =>
  alignCorners ? mul(div(add(x, 1), 2), sub(size, 1)) : div(sub(mul(add(x, 1), size), 1), 2);

/** To [0, size − 1]; no gradient outside, nor at the ends (as torch). */
function clip(x: Node, size: Node): Node {
  const last = sub(size, 1);
  return select(le(x, 0), 0, select(ge(x, last), last, x));
}

/** Mirrored at both ends, as often as it takes. */
function reflect(x: Node, size: Node, alignCorners: boolean): Node {
  const low = alignCorners ? 0 : -0.5;
  const span = alignCorners ? sub(size, 1) : size;
  const distance = abs(sub(x, low));
  const rest = rem(distance, span);
  const even = lt(rem(floor(div(distance, span)), 2), 0.5);
  return select(gt(span, 0), select(even, add(rest, low), add(sub(span, rest), low)), 0);
}

const padded = (x: Node, size: Node, mode: PaddingMode, alignCorners: boolean): Node =>
  mode === "zeros" ? x : clip(mode === "border" ? x : reflect(x, size, alignCorners), size);

/** One of the pixels around a coordinate along one axis. */
interface Tap<Value> {
  readonly position: Value;
  readonly weight: Value;
}
type TapFormula = Tap<(x: Node, size: Node) => Node>;

const CUBIC = -0.75; // torch's parameter of Keys' kernel

/** Keys' cubic kernel at a distance of at most 1, and from 1 to 2. */
const near = (x: Node): Node => add(mul(mul(sub(mul(CUBIC + 2, x), CUBIC + 3), x), x), 1);
const far = (x: Node): Node => sub(mul(add(mul(sub(mul(CUBIC, x), 5 * CUBIC), x), 8 * CUBIC), x), 4 * CUBIC);

function tapFormulas(mode: Mode, padding: PaddingMode, alignCorners: boolean): readonly TapFormula[] {
  const pixels = (x: Node, size: Node): Node => toPixels(x, size, alignCorners);
  const inside = (x: Node, size: Node): Node => padded(pixels(x, size), size, padding, alignCorners);
  if (mode === "nearest") {
    const one = (x: Node): Node => select(lt(x, x), x, 1); // in the graph, as torch's, with a gradient of zero
    return [{ position: (x, size) => round(inside(x, size)), weight: one }];
  }
  if (mode === "bilinear") {
    const fraction = (x: Node, size: Node): Node => sub(inside(x, size), floor(inside(x, size)));
    return [
      { position: (x, size) => floor(inside(x, size)), weight: (x, size) => sub(1, fraction(x, size)) },
      { position: (x, size) => add(floor(inside(x, size)), 1), weight: fraction },
    ];
  }
  // the whole pixels around a coordinate lie outside, or not, one by one
  const fraction = (x: Node, size: Node): Node => sub(pixels(x, size), floor(pixels(x, size)));
  const whole = (offset: number) => (x: Node, size: Node) => padded(add(floor(pixels(x, size)), offset), size, padding, alignCorners);
  return [
    { position: whole(-1), weight: (x, size) => far(add(fraction(x, size), 1)) },
    { position: whole(0), weight: (x, size) => near(fraction(x, size)) },
    { position: whole(1), weight: (x, size) => near(sub(1, fraction(x, size))) },
    { position: whole(2), weight: (x, size) => far(sub(2, fraction(x, size))) },
  ];
}

type TapOps = readonly Tap<(x: Tensor, size: number) => Tensor>[];
const tapOps = /* @__PURE__ */ new Map<string, TapOps>();

/** The formulas of a setting as ops, made once. */
function tapOpsOf(mode: Mode, padding: PaddingMode, alignCorners: boolean): TapOps {
  const key = `${mode} ${padding} ${alignCorners}`;
  let ops = tapOps.get(key);
  if (!ops) {
    const op = (build: (x: Node, size: Node) => Node) => pointwise("gridSample", (x, size) => build(x as Node, size as Node));
    ops = tapFormulas(mode, padding, alignCorners).map(({ position, weight }) => ({ position: op(position), weight: op(weight) }));
    tapOps.set(key, ops);
  }
  return ops;
}

const isInside = (position: Node, size: Node): Node => and(ge(position, 0), le(position, sub(size, 1)));

/** (positions, sizes), outermost axis first → where the pixel lies in its plane; 0 for those outside, and for NaN. */
const planePosition = /* @__PURE__ */ pointwise("gridSample", (...args) => {
  const axes = (args.length - 1) / 2;
  const whole = (x: Node): Node => cast(x, "int");
  return args.slice(0, axes).reduce<Node>(
    (before, position, i) => {
      const size = args[axes + i] as Node;
      return add(mul(before, whole(size)), whole(select(isInside(position, size), position, 0)));
    },
    whole(select(lt(args[0] as Node, 0), 0, 0)),
  );
});

/** (pixel, positions, weights, sizes) → pixel · weights, 0 outside. */
const weighted = /* @__PURE__ */ pointwise("gridSample", (...args) => {
  const axes = (args.length - 2) / 3;
  const part = (k: number): readonly Node[] => args.slice(1 + k * axes, 1 + (k + 1) * axes);
  const [positions, weights, sizes] = [part(0), part(1), part(2)];
  const inside = positions.map((position, i) => isInside(position, sizes[i] as Node)).reduce((a, b) => and(a, b));
  return select(inside, weights.reduce((product, weight) => mul(product, weight), args[0] as Node), 0); // biome-ignore format: one formula
});

/** All combinations of one tap of each axis. */
const combinations = <T>(axes: readonly (readonly T[])[]): T[][] =>
  axes.reduce<T[][]>((before, axis) => before.flatMap((list) => axis.map((tap) => [...list, tap])), [[]]);

function check(x: Tensor, grid: Tensor, mode: Mode, padding: PaddingMode): void {
  const got = `(got x ${formatShape(x.shape)}, grid ${formatShape(grid.shape)})`;
  const spatial = x.ndim - 2;
  if (spatial !== 2 && spatial !== 3) throw new ShapeError("gridSample", `expected x [N, C, H, W] or [N, C, D, H, W] ${got}`);
  if (grid.ndim !== x.ndim || grid.shape[0] !== x.shape[0] || grid.shape.at(-1) !== spatial)
    throw new ShapeError("gridSample", `grid must be [N, …, ${spatial}], with x's batch and number of spatial dims ${got}`);
  if (x.shape.slice(2).includes(0)) throw new ShapeError("gridSample", `x has no pixels ${got}`);
  if (!isFloat(x.dtype) || x.dtype !== grid.dtype)
    throw new DTypeError("gridSample", `x is ${x.dtype}, grid is ${grid.dtype}: both must be floats of one dtype`);
  if (!["bilinear", "nearest", "bicubic"].includes(mode) || (mode === "bicubic" && spatial === 3))
    throw new IndexError("gridSample", `mode must be "bilinear", "nearest" or, for pictures, "bicubic" (got ${JSON.stringify(mode)})`);
  if (!["zeros", "border", "reflection"].includes(padding))
    throw new IndexError("gridSample", `paddingMode must be "zeros", "border" or "reflection" (got ${JSON.stringify(padding)})`);
}

/**
 * x [N, C, H, W] read at grid [N, H', W', 2], pairs (x, y) from −1 to 1 → [N, C, H', W']. For volumes x is [N, C, D, H, W], the grid
 * [N, D', H', W', 3] of (x, y, z).
 *
 * @example
 * gridSample(images, affineGrid(theta, images.shape), { paddingMode: "border" });
 */
export const gridSample = /* @__PURE__ */ castAsOne(
  "gridSample",
  (x: Tensor, grid: Tensor, { mode = "bilinear", paddingMode = "zeros", alignCorners }: GridSampleOptions = {}): Tensor => {
    check(x, grid, mode, paddingMode);
    const [n, c, ...sizes] = x.shape as readonly [number, number, ...number[]];
    const out: Shape = grid.shape.slice(1, -1);
    const ops = tapOpsOf(mode, paddingMode, alignCorners ?? false);
    return scope(() => {
      const flat = reshape(x, [n, c, numel(sizes)]);
      const axes = sizes.map((size, i) => {
        const coordinates = reshape(selectAt(grid, -1, sizes.length - 1 - i), [n, 1, numel(out)]); // the grid names the last axis first
        return ops.map(({ position, weight }) => ({
          position: noGrad(() => position(coordinates, size)),
          weight: weight(coordinates, size),
        }));
      });
      const terms = combinations(axes).map((taps) => {
        const positions = taps.map(({ position }) => position);
        const places = expand(noGrad(() => planePosition(...positions, ...sizes)), [n, c, numel(out)]); // biome-ignore format: one step
        const pixels = applyOp(gatherOp, [flat, places], { dim: 2 })[0] as Tensor; // [N, C, points]
        return weighted(pixels, ...positions, ...taps.map(({ weight }) => weight), ...sizes);
      });
      return reshape(terms.reduce((sum, term) => pw.add(sum, term)), [n, c, ...out]); // biome-ignore format: one step
    });
  },
);
