// Weights to points, in the panels of a product's right side; and sums over points back to the gradient of the weights.
import { advance, doWhile, forRange } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { type I32, i32 } from "../wasm/scalar.ts";
import { f32x4, v128 } from "../wasm/simd.ts";
import { patchSize, transformSquare, weightGradientLine, weightLine } from "./winograd-transforms.ts";

const side = 3;

/**
 * For each point the panels [panel][k][width] of the weights, `toPoint` bytes apart. Weight (n, k) of nine elements begins at
 * from + n·nStride + k·kStride, and `step` leads from element to element: −4 turns it round.
 */
export type SpreadWeights = (
  n: number,
  k: number,
  from: number,
  nStride: number,
  kStride: number,
  step: number,
  to: number,
  toPoint: number,
) => void;

const spreadParameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

export function compileSpreadWeights(target: Target, width: number): SpreadWeights {
  const module = new ModuleBuilder(target);
  module.func("spread", spreadParameters, null, (f, n, k, from, nStride, kStride, step, to, toPoint) => {
    const [first, vector, left, at] = [f.i32(), f.i32(), f.i32(), f.i32()];
    const lanes = f.locals("i32", 4);
    const line = f.locals("v128", side);
    const clamped = (i: I32): I32 => i32.select(i32.ltS(i, n), i, i32.sub(n, 1)); // the last one fills the panel up
    const square = transformSquare(
      f,
      side,
      weightLine,
      () => ({
        code: line.map((each) => [
          each.set(v128.load32Zero(lanes[0]!)),
          [1, 2, 3].map((lane) => each.set(v128.load32Lane(lanes[lane]!, each, lane))),
          lanes.map((lane) => advance(lane, step)),
        ]),
        line,
      }),
      (column, results) => results.map((value, r) => v128.store(i32.add(at, i32.mul(toPoint, r * patchSize + column)), value)),
    );
    return forRange(first, 0, n, width, [
      forRange(vector, 0, width, 4, [
        lanes.map((lane, i) => lane.set(i32.add(from, i32.mul(nStride, clamped(i32.add(i32.add(first, vector), i)))))),
        at.set(i32.add(to, i32.add(i32.mul(i32.mul(first, k), 4), i32.shl(vector, 2)))),
        left.set(k),
        doWhile(
          [
            square,
            lanes.map((lane) => advance(lane, i32.sub(kStride, i32.mul(step, side * side)))),
            advance(at, 4 * width),
            advance(left, -1),
          ],
          left,
        ),
      ]),
    ]);
  });
  return module.kernel<SpreadWeights>("spread");
}

/**
 * dweight[o, c, 3, 3] of the sum over parts of points[part, p, o, c], parts ≥ 1 and c ≥ 4. In bytes: `part` from part to part and `point` from point
 * to point; the rest of both is contiguous.
 */
export type CollectWeights = (
  outputs: number,
  channels: number,
  parts: number,
  part: number,
  points: number,
  point: number,
  dweight: number,
) => void;

const collectParameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

export function compileCollectWeights(target: Target): CollectWeights {
  const module = new ModuleBuilder(target);
  module.func("collect", collectParameters, null, (f, outputs, channels, parts, part, points, point, dweight) => {
    const [output, channel, first, at, to] = [f.i32(), f.i32(), f.i32(), f.i32(), f.i32()];
    const [left, addend] = [f.i32(), f.i32()];
    const line = f.locals("v128", patchSize);
    const value = f.v128();
    const eachPoint = (code: (point: Local<"v128">) => Code): Code => line.map((each) => [code(each), advance(addend, point)]);
    const loadLine = [
      addend.set(at),
      eachPoint((each) => each.set(v128.load(addend))),
      forRange(left, 1, parts, 1, [
        addend.set(i32.add(at, i32.mul(left, part))),
        eachPoint((each) => each.set(f32x4.add(each, v128.load(addend)))),
      ]),
      advance(at, i32.mul(point, patchSize)),
    ];
    const square = transformSquare(
      f,
      patchSize,
      weightGradientLine,
      () => ({ code: loadLine, line }),
      (column, results) =>
        results.map((each, r) => [
          value.set(each),
          [0, 1, 2, 3].map((lane) => v128.store32Lane(to, value, lane, 4 * (side * side * lane + side * r + column))),
        ]),
    );
    return forRange(output, 0, outputs, 1, [
      forRange(channel, 0, channels, 4, [
        first.set(i32.select(i32.ltS(channel, i32.sub(channels, 4)), channel, i32.sub(channels, 4))), // the last vector overlaps
        at.set(i32.add(points, i32.shl(first, 2))),
        to.set(i32.add(dweight, i32.mul(first, 4 * side * side))),
        square,
      ]),
      advance(points, i32.shl(channels, 2)),
      advance(dweight, i32.mul(channels, 4 * side * side)),
    ]);
  });
  return module.kernel<CollectWeights>("collect");
}
