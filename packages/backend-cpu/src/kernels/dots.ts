// Products of positions in vectors, summed: what weight gradients are made of where there are few channels, or few outputs to a group.
import { advance, doWhile, forRange, when } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { f32, i32 } from "../wasm/scalar.ts";
import { f32x4, i32x4, lanePositions, type V128, v128 } from "../wasm/simd.ts";
import { neighbours } from "./plane-tile.ts";

/** Some rows of a kernel, for some outputs; `step` bytes from element to element, strideX 1 or 2. */
export interface DotShape {
  readonly outputs: number;
  readonly rows: number;
  readonly length: number;
  readonly step: number;
  readonly strideX: number;
}

/**
 * For each group, sums[o, u, v] += Σ x[i, j · strideX, + u · xTap + v · step] · dy[o, i, j] over rows × columns ≥ 1 positions. Strides in bytes; the
 * rows of dy are adjacent, and so are those of sums.
 */
export type Dots = (
  groups: number,
  rows: number,
  columns: number,
  x: number,
  xGroup: number,
  xRow: number,
  xTap: number,
  dy: number,
  dyGroup: number,
  dyPlane: number,
  sums: number,
  sumsGroup: number,
  sumsPlane: number,
) => void;

const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

export function compileDots(target: Target, { outputs, rows: tapRows, length, step, strideX }: DotShape): Dots {
  const module = new ModuleBuilder(target);
  module.func(
    "dots",
    parameters,
    null,
    (f, groups, rows, columns, x, xGroup, xRow, xTap, dy, dyGroup, dyPlane, sums, sumsGroup, sumsPlane) => {
      const [group, row, left, from, to] = [f.i32(), f.i32(), f.i32(), f.i32(), f.i32()];
      const [element, inside, folded] = [f.v128(), f.v128(), f.v128()];
      const at = f.locals("i32", tapRows);
      const [gradientsAt, gradients] = [f.locals("i32", outputs), f.locals("v128", outputs)];
      const accumulators = gradients.map(() => at.map(() => f.locals("v128", length))); // [outputs][tapRows][length]
      const vector = (part: (value: V128) => V128): Code => [
        gradients.map((gradient, o) => gradient.set(part(v128.load(gradientsAt[o]!)))),
        at.map((each, u) =>
          Array.from({ length }, (_, v) => [
            element.set(part(neighbours(each, v * step, strideX))),
            gradients.map((gradient, o) => {
              const sum = accumulators[o]![u]![v]!;
              return sum.set(f32x4.madd(element, gradient, sum));
            }),
          ]),
        ),
      ];
      const fold = (sum: Local<"v128">, tap: number): Code => [
        folded.set(f32x4.add(sum, v128.shuffle(sum, sum, [2, 3, 0, 1]))),
        f32.store(to, f32.add(f32.load(to, 4 * tap), f32.add(f32x4.lane(folded, 0), f32x4.lane(folded, 1))), 4 * tap),
      ];
      const wholeVectors = doWhile(
        [
          vector((value) => value),
          gradientsAt.map((each) => advance(each, 16)),
          at.map((each) => advance(each, 16 * strideX)),
          advance(left, -4),
        ],
        i32.geS(left, 4),
      );
      return [
        inside.set(i32x4.ltS(lanePositions, i32x4.splat(i32.and(columns, 3)))),
        forRange(group, 0, groups, 1, [
          accumulators.flat(2).map((sum) => sum.set(f32x4.const(0))),
          from.set(x),
          gradientsAt.map((each, o) => each.set(o === 0 ? dy : i32.add(gradientsAt[o - 1]!, dyPlane))),
          forRange(row, 0, rows, 1, [
            at.map((each, u) => each.set(u === 0 ? from : i32.add(at[u - 1]!, xTap))),
            left.set(columns),
            when(i32.geS(left, 4), wholeVectors),
            when(left, [vector((value) => v128.and(value, inside)), gradientsAt.map((each) => advance(each, i32.shl(left, 2)))]),
            advance(from, xRow),
          ]),
          to.set(sums),
          accumulators.map((sum) => [sum.flat().map(fold), advance(to, sumsPlane)]),
          advance(x, xGroup),
          advance(dy, dyGroup),
          advance(sums, sumsGroup),
        ]),
      ];
    },
  );
  return module.kernel<Dots>("dots");
}
