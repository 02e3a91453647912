// The gradient of a maximum goes to where the maximum was.
import { advance, doWhile, forRange, when } from "../wasm/control.ts";
import { type Code, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { f32, i32 } from "../wasm/scalar.ts";
import { i32x4, v128 } from "../wasm/simd.ts";

/** dx[p, q] = Σ dy[p, i] over the `outputs` positions i of plane p with indices[p, i] = q; dx [planes, inputs], all contiguous. */
export type PoolScatter = (planes: number, outputs: number, inputs: number, dy: number, indices: number, dx: number) => void;

const unroll = 4;

export function compilePoolScatter(target: Target): PoolScatter {
  const module = new ModuleBuilder(target);
  module.func("scatter", ["i32", "i32", "i32", "i32", "i32", "i32"], null, (f, planes, outputs, inputs, dy, indices, dx) => {
    const [plane, left, at] = [f.i32(), f.i32(), f.i32()];
    const vectors = i32.geS(left, 4 * unroll);
    const clear: Code = [
      at.set(dx),
      left.set(inputs),
      when(
        vectors,
        doWhile(
          [
            Array.from({ length: unroll }, (_, v) => v128.store(at, i32x4.const(0), 16 * v)),
            advance(at, 16 * unroll),
            advance(left, -4 * unroll),
          ],
          vectors,
        ),
      ),
      when(left, doWhile([i32.store(at, 0), advance(at, 4), advance(left, -1)], left)),
    ];
    const several = (count: number): Code => [
      Array.from({ length: count }, (_, n) => [
        at.set(i32.add(dx, i32.shl(i32.load(indices, 4 * n), 2))),
        f32.store(at, f32.add(f32.load(at), f32.load(dy, 4 * n))),
      ]),
      advance(dy, 4 * count),
      advance(indices, 4 * count),
      advance(left, -count),
    ];
    // plane by plane: its zeros are still in the first-level cache when the sums come
    return forRange(plane, 0, planes, 1, [
      clear,
      left.set(outputs),
      when(i32.geS(left, unroll), doWhile(several(unroll), i32.geS(left, unroll))),
      when(left, doWhile(several(1), left)),
      advance(dx, i32.shl(inputs, 2)),
    ]);
  });
  return module.kernel<PoolScatter>("scatter");
}
