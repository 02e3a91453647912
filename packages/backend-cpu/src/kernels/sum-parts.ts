// Long sums that lanes share are divided into parts, each with sums of its own, added at the end. How many there are depends on sizes alone, so that
// the numbers do not depend on who adds what.
import { advance, doWhile, forRange } from "../wasm/control.ts";
import { ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { f32x4, v128 } from "../wasm/simd.ts";

export const mostParts = 8;
/** With fewer, something else should be divided as well. */
export const enoughParts = 4;
const mostBytes = 2 ** 25; // of all parts

/** Of a sum of so many terms whose results take so many bytes. */
export const sumParts = (terms: number, bytes: number): number => Math.max(1, Math.min(mostParts, terms, Math.floor(mostBytes / bytes)));

/** Adds to the first part what the others hold, `byteLength` > 0 bytes each, in whole vectors; parts follow each other. */
export type AddParts = (parts: number, first: number, byteLength: number) => void;

export function compileAddParts(target: Target): AddParts {
  const module = new ModuleBuilder(target);
  module.func("add", ["i32", "i32", "i32"], null, (f, parts, first, byteLength) => {
    const [part, at, end] = [f.i32(), f.i32(), f.i32()];
    const sum = f.v128();
    return [
      end.set(i32.add(first, byteLength)),
      doWhile(
        [
          sum.set(v128.load(first)),
          at.set(first),
          forRange(part, 1, parts, 1, [advance(at, byteLength), sum.set(f32x4.add(sum, v128.load(at)))]),
          v128.store(first, sum),
          advance(first, 16),
        ],
        i32.ltU(first, end),
      ),
    ];
  });
  return module.kernel<AddParts>("add");
}
