// The gradient of a maximum goes to where the maximum was.
import { advance, doWhile, forRange } from "../wasm/control.ts";
import { ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { f32, i32 } from "../wasm/scalar.ts";

/** dx[p, indices[p, i]] += dy[p, i] for `outputs` ≥ 1 positions i of each plane; dx [planes, inputs], all contiguous. */
export type PoolScatter = (planes: number, outputs: number, inputs: number, dy: number, indices: number, dx: number) => void;

export function compilePoolScatter(target: Target): PoolScatter {
  const module = new ModuleBuilder(target);
  module.func("scatter", ["i32", "i32", "i32", "i32", "i32", "i32"], null, (f, planes, outputs, inputs, dy, indices, dx) => {
    const [plane, left, at] = [f.i32(), f.i32(), f.i32()];
    return forRange(plane, 0, planes, 1, [
      left.set(outputs),
      doWhile(
        [
          at.set(i32.add(dx, i32.shl(i32.load(indices), 2))),
          f32.store(at, f32.add(f32.load(at), f32.load(dy))),
          advance(dy, 4),
          advance(indices, 4),
          advance(left, -1),
        ],
        left,
      ),
      advance(dx, i32.shl(inputs, 2)),
    ]);
  });
  return module.kernel<PoolScatter>("scatter");
}
