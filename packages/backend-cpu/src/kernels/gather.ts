// Backend.gather: reading through indices, line by line.
import { type Backend, dtypes, numel } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { advance, doWhile, when } from "../wasm/control.ts";
import { ModuleBuilder } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { v128 } from "../wasm/simd.ts";
import { addressOf, byteStrides, eachLine, pinned } from "./elements.ts";

/** Steps in bytes; `position` is the one that an index counts. */
type GatherLine = (
  to: number,
  toStep: number,
  from: number,
  fromStep: number,
  index: number,
  indexStep: number,
  position: number,
  count: number,
) => void;

function compileLine(memory: Memory, bytes: number): GatherLine {
  const module = new ModuleBuilder(memory);
  const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
  module.func("line", parameters, null, (f, to, toStep, from, fromStep, index, indexStep, position, count) => {
    const source = f.i32();
    const place = i32.add(from, i32.mul(i32.load(index), position));
    const wholeRows = i32.and(i32.eqz(indexStep), i32.and(i32.eq(toStep, bytes), i32.eq(fromStep, bytes)));
    const perVector = 16 / bytes;
    return [
      // one index for all of the line: neighbours come from neighbours, a vector at a time
      when(i32.and(wholeRows, i32.geS(count, perVector)), [
        source.set(place),
        doWhile(
          [
            v128.store(to, v128.load(source)),
            [source, to, from].map((pointer) => advance(pointer, 16)),
            count.set(i32.sub(count, perVector)),
          ],
          i32.geS(count, perVector),
        ),
      ]),
      when(
        count,
        doWhile(
          [
            bytes === 4 ? i32.store(to, i32.load(place)) : i32.store8(to, i32.load8U(place)),
            advance(to, toStep),
            advance(from, fromStep),
            advance(index, indexStep),
            count.set(i32.sub(count, 1)),
          ],
          count,
        ),
      ),
    ];
  });
  return module.kernel<GatherLine>("line");
}

export function createGather(memory: Memory): Backend["gather"] {
  const kernels: GatherLine[] = []; // by bytes of an element
  return (input, dim, index, out) => {
    const { shape } = index;
    if (numel(shape) === 0) return;
    const { bytes } = dtypes[input.dtype];
    const line = (kernels[bytes] ??= compileLine(memory, bytes));
    const position = (input.strides[dim] ?? 0) * bytes;
    const along = lineDim(shape);
    const strides = [byteStrides(out), pinned(byteStrides(input), dim), byteStrides(index)] as const;
    const [toStep, fromStep, indexStep] = strides.map((each) => each[along] ?? 0) as [number, number, number];
    const count = shape[along] ?? 1;
    eachLine(shape, along, strides, [addressOf(out), addressOf(input), addressOf(index)], (offsets) => {
      const [to, from, at] = offsets as [number, number, number];
      line(to, toStep, from, fromStep, at, indexStep, position, count);
    });
  };
}

/** Lines this long are worth a call. */
const longLine = 8;

/** The innermost dim if it is long enough, else the longest. */
function lineDim(shape: readonly number[]): number {
  let best = shape.length - 1;
  if ((shape[best] as number) >= longLine) return best;
  for (let d = best - 1; d >= 0; d--) if ((shape[d] as number) > (shape[best] as number)) best = d;
  return best;
}
