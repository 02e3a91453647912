// Backend.scatter: places that meet lie on one line, and an invocation takes a line from its start to its end. So sums are taken in
// row-major order, the last write wins, and nothing is atomic.
import type { Backend, ScatterMode } from "@gradkit/tensor/backend";
import { emitRangeCheck } from "../index-report.ts";
import type { Kernel } from "../pipelines.ts";
import { convert } from "../wgsl.ts";
import { type Accumulator, accumulatorOf, combine } from "./accumulate.ts";
import { runLines } from "./lines.ts";
import type { Target } from "./target.ts";

const reducers = { add: "sum", mul: "prod", max: "max", min: "min" } as const;

const join = (mode: ScatterMode, type: Accumulator, old: string, value: string): string =>
  mode === "set" ? value : combine[reducers[mode]](type, old, value);

export function createScatter(target: Target): Backend["scatter"] {
  const { report } = target;
  const kernels = new Map<string, Kernel>();
  return (mode, out, dim, index, src) => {
    report.due = true;
    runLines(target, kernels, {
      label: `scatter ${mode} ${out.dtype}`,
      variant: mode,
      shape: index.shape,
      dim,
      views: [index, src, out, { ...report.view, shape: index.shape, strides: index.shape.map(() => 0) }],
      firstOutput: 2,
      words: [out.shape[dim] as number],
      emit({ writer, length, at, words: [size] }) {
        const stored = writer.typeOf(2);
        const type = accumulatorOf(stored);
        const old = convert(writer.load(2, "place"), stored, type);
        const value = convert(writer.load(1, at(1, "k")), stored, type);
        const main = `for (var k = 0; k < ${length}; k++) {
    let given = ${writer.load(0, at(0, "k"))};
    ${emitRangeCheck(writer, "scatter", 3, "given", size as string)}
    let place = ${at(2, `clamp(given, 0, ${size} - 1)`)};
    ${writer.store(2, "place", join(mode, type, old, value), type)}
  }`;
        return { main };
      },
    });
  };
}
