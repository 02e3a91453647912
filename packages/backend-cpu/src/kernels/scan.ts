// Backend.scan: running sums, products and extremes along a dim. Sums and products of floats run in float64 and are rounded as they are stored.
import { type Backend, numel, type ScanKind, type View } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { eachLine, elementsOf } from "./elements.ts";

type Join = (total: number, value: number) => number;
const accumulate: Record<"sum" | "prod", { readonly float: Join; readonly whole: Join }> = {
  sum: { float: (a, b) => a + b, whole: (a, b) => (a + b) | 0 },
  prod: { float: (a, b) => a * b, whole: Math.imul },
};

/** Whether a value takes over from the running extreme: equals do, NaN does and stays. */
const takesOver: Record<"max" | "min", (value: number, best: number) => boolean> = {
  max: (value, best) => value >= best || Number.isNaN(value),
  min: (value, best) => value <= best || Number.isNaN(value),
};

const isExtreme = (kind: ScanKind): kind is "max" | "min" => kind === "max" || kind === "min";

export const createScan =
  (memory: Memory): Backend["scan"] =>
  (kind, input, dim, outputs) => {
    if (numel(input.shape) === 0) return;
    const [values, indices] = outputs as [View, View?];
    const [source, target] = [elementsOf(memory, input), elementsOf(memory, values)];
    const positions = indices && elementsOf(memory, indices);
    const length = input.shape[dim] ?? 1;
    const [fromStep, toStep, indexStep] = [input.strides[dim] ?? 0, values.strides[dim] ?? 0, indices?.strides[dim] ?? 0];
    const [from, to, at] = [source.array, target.array, positions?.array];

    const runSum = (start: number, out: number, join: Join, initial: number): void => {
      let total = initial;
      for (let i = 0; i < length; i++) {
        total = join(total, from[start + i * fromStep] as number);
        to[out + i * toStep] = total;
      }
    };
    const runExtreme = (start: number, out: number, outIndex: number, wins: (value: number, best: number) => boolean): void => {
      let best = from[start] as number;
      let winner = 0;
      for (let i = 0; i < length; i++) {
        const value = from[start + i * fromStep] as number;
        if (wins(value, best)) {
          best = value;
          winner = i;
        }
        to[out + i * toStep] = best;
        if (at) at[outIndex + i * indexStep] = winner;
      }
    };
    const views = indices ? [input, values, indices] : [input, values];
    const starts = [source.start, target.start, ...(positions ? [positions.start] : [])];
    eachLine(
      input.shape,
      dim,
      views.map(({ strides }) => strides),
      starts,
      (offsets) => {
        const [start, out, outIndex = 0] = offsets as [number, number, number?];
        if (isExtreme(kind)) runExtreme(start, out, outIndex, takesOver[kind]);
        else runSum(start, out, accumulate[kind][values.dtype === "float32" ? "float" : "whole"], kind === "sum" ? 0 : 1);
      },
    );
  };
