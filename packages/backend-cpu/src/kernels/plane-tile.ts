// Correlation of planes, each with weights of its own: some rows of outputs at a time, four neighbours in a vector, so that every element of
// the input is loaded once for all the outputs in these rows that it goes into. Padding need not be there: what lies in its place is masked.
import { advance, forRange, when } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target, type Value } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { f32x4, i32x4, type V128, v128 } from "../wasm/simd.ts";
import { balancedTiles, byHeight, eitherHeight } from "./tile.ts";

/** strideX is 1 or 2; the weights of a plane find room in registers if there are nine at most. */
export interface PlaneShape {
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY: number;
  readonly dilationX: number;
  /** Padding is not there to be read. */
  readonly masked: boolean;
}

/**
 * For each plane of x and each of its `outputs`, y = bias + weights ⋆ x; width ≥ 4. Of masked planes only `rowCount` rows from firstRow on and
 * `columns` columns from firstColumn on count, and `zeros` are read instead of other rows. In bytes: planes and rows of x; weights and bias of all
 * outputs follow each other, and so do the rows and planes of y.
 */
export type PlaneTiles = (
  planes: number,
  outputs: number,
  height: number,
  width: number,
  x: number,
  xPlane: number,
  xRow: number,
  firstRow: number,
  rowCount: number,
  firstColumn: number,
  columns: number,
  zeros: number,
  weights: number,
  bias: number,
  y: number,
) => void;

const mostRows = 4;

type I = Local<"i32">;

/** Four elements, `stride` ≤ 2 apart. */
export const neighbours = (from: Local<"i32">, offset: number, stride: number): V128 =>
  stride === 1 ? v128.load(from, offset) : v128.shuffle(v128.load(from, offset), v128.load(from, offset + 16), [0, 2, 4, 6]);

/** `rows` rows of outputs, whose windows begin at x, which is the input's row `top`. */
function rowFunction(module: ModuleBuilder, rows: number, shape: PlaneShape) {
  const { kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, masked } = shape;
  const maskParameters = Array.from({ length: masked ? 6 : 0 }, () => "i32" as const);
  return module.func(`rows${rows}`, ["i32", "i32", "i32", "i32", "i32", "i32", ...maskParameters], null, (f, ...all) => {
    const [width, x, xRow, weights, bias, y, ...mask] = all as [I, I, I, I, I, I, ...I[]];
    const [top, firstRow, rowCount, firstColumn, columns, zeros] = mask as [I, I, I, I, I, I];
    const [column, first, left, to] = [f.i32(), f.i32(), f.i32(), f.i32()];
    const sums = f.locals("v128", rows);
    const [start, element] = [f.v128(), f.v128()];
    const taps = f.locals("v128", kernelHeight * kernelWidth);
    const masks = f.locals("v128", masked ? kernelWidth : 0);
    const unmasked = (value: V128): V128 => value;
    // rows of the input, with the outputs that they go into
    const inputRows = new Map<number, { sum: Local<"v128">; tapRow: number }[]>();
    sums.forEach((sum, r) => {
      for (let u = 0; u < kernelHeight; u++) {
        const at = r * strideY + u * dilationY;
        inputRows.set(at, [...(inputRows.get(at) ?? []), { sum, tapRow: u }]);
      }
    });
    const pointers = [...inputRows.keys()].map((at) => ({ at, begin: f.i32(), from: f.i32() }));
    const rowAt = (at: number): Value<"i32"> => {
      const address = i32.add(x, i32.mul(xRow, at));
      return masked ? i32.select(i32.ltU(i32.sub(i32.add(top, at), firstRow), rowCount), address, zeros) : address;
    };
    const products = (part: (value: V128, v: number) => V128): Code =>
      pointers.map(({ at, begin, from }) => [
        from.set(i32.add(begin, i32.mul(first, 4 * strideX))),
        Array.from({ length: kernelWidth }, (_, v) => [
          element.set(part(neighbours(from, 4 * v * dilationX, strideX), v)),
          (inputRows.get(at) ?? []).map(({ sum, tapRow }) => sum.set(f32x4.madd(taps[tapRow * kernelWidth + v]!, element, sum))),
        ]),
      ]);
    const reach = 3 * strideX + (kernelWidth - 1) * dilationX; // from a vector's first element to its last
    const maskedProducts = (): Code => {
      const lanes = v128.const(new Int32Array([0, strideX, 2 * strideX, 3 * strideX]));
      const edge = [
        masks.map((mask, v) => mask.set(i32x4.ltU(i32x4.add(i32x4.splat(i32.add(left, v * dilationX)), lanes), i32x4.splat(columns)))),
        products((value, v) => v128.and(value, masks[v]!)),
      ];
      return [
        left.set(i32.sub(i32.mul(first, strideX), firstColumn)),
        when(i32.and(i32.geS(left, 0), i32.ltS(i32.add(left, reach), columns)), products(unmasked), edge),
      ];
    };
    const vector: Code = [
      first.set(i32.select(i32.ltS(column, i32.sub(width, 4)), column, i32.sub(width, 4))), // the last vector overlaps
      sums.map((sum) => sum.set(start)),
      masked ? maskedProducts() : products(unmasked),
      to.set(i32.add(y, i32.shl(first, 2))),
      sums.map((sum) => [v128.store(to, sum), advance(to, i32.shl(width, 2))]),
    ];
    return [
      start.set(v128.load32Splat(bias)),
      taps.map((each, tap) => each.set(v128.load32Splat(weights, 4 * tap))),
      pointers.map(({ at, begin }) => begin.set(rowAt(at))),
      forRange(column, 0, width, 4, vector),
    ];
  });
}

const walkParameters = [
  ...(["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const),
  ...(["i32", "i32", "i32", "i32", "i32"] as const),
  ...(["i32", "i32", "i32"] as const),
] as const;

/** The walk for planes of `height` rows. */
export const planeTiles = (target: Target, shape: PlaneShape): ((height: number) => PlaneTiles) =>
  byHeight(mostRows, (lower) => compileWalk(target, shape, lower));

function compileWalk(target: Target, shape: PlaneShape, lower: number): PlaneTiles {
  const module = new ModuleBuilder(target);
  const tiles = [0, 1].map((more) => rowFunction(module, lower + more, shape));
  module.func("walk", walkParameters, null, (f, planes, outputs, height, width, x, xPlane, xRow, ...others) => {
    const [firstRow, rowCount, firstColumn, columns, zeros, weights, bias, y] = others as [I, I, I, I, I, I, I, I];
    const [plane, output, top, from] = [f.i32(), f.i32(), f.i32(), f.i32()];
    const mask = shape.masked ? [top, firstRow, rowCount, firstColumn, columns, zeros] : [];
    const tile = (rows: Local<"i32">): Code => [
      eitherHeight(rows, lower, (count) => tiles[count - lower]!(width, from, xRow, weights, bias, y, ...mask)),
      shape.masked ? advance(top, i32.mul(rows, shape.strideY)) : [],
      advance(from, i32.mul(i32.mul(rows, shape.strideY), xRow)),
      advance(y, i32.mul(rows, i32.shl(width, 2))),
    ];
    const bands = balancedTiles(f, height, mostRows);
    return [
      bands.prepare,
      forRange(plane, 0, planes, 1, [
        forRange(output, 0, outputs, 1, [
          top.set(i32.const(0)),
          from.set(x),
          bands.walk(tile),
          advance(weights, 4 * shape.kernelHeight * shape.kernelWidth),
          advance(bias, 4),
        ]),
        advance(x, xPlane),
      ]),
    ];
  });
  return module.kernel<PlaneTiles>("walk");
}
