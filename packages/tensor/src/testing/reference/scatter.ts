// Writing through indices. Places that are hit several times are accumulated in float64 and rounded once.
import type { Backend, ScatterMode } from "../../backend.ts";
import { elementsOf, storeTo } from "./buffer.ts";
import { type Combine, combine, isWhole } from "./combine.ts";
import { pinned, walk } from "./walk.ts";

const modes: Record<ScatterMode, (whole: boolean) => Combine> = {
  set: () => (_old, value) => value,
  add: combine.sum,
  mul: combine.prod,
  max: combine.max,
  min: combine.min,
};

export const scatter: Backend["scatter"] = (mode, out, dim, index, src) => {
  const [target, indices, source] = [elementsOf(out), elementsOf(index), elementsOf(src)];
  const join = modes[mode](isWhole(out.dtype));
  const step = out.strides[dim] as number;
  const totals = new Map<number, number>(); // by position in `out`
  walk(index.shape, [index, src, pinned(out, [dim])], (_, [indexAt, sourceAt, start]) => {
    const at = (start as number) + (indices[indexAt as number] as number) * step;
    totals.set(at, join(totals.get(at) ?? (target[at] as number), source[sourceAt as number] as number));
  });
  const store = storeTo(out);
  for (const [at, total] of totals) store(at, total);
};
