// Backend.sort: elements become unsigned keys that order as they do, NaN above all. Blocks are ordered by counting, then sorted runs are
// merged pairwise, each element finding its place by binary search in the other run. Stable, and without barriers.
import { type Backend, contiguousStrides, numel, type View } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import type { Walk } from "./addresses.ts";
import { type KernelBody, type KernelParts, type Launch, launch } from "./launch.ts";
import type { Target } from "./target.ts";

const block = 32;

/** Ascending with x; −0 and 0 are equal. */
const keyOf: Record<"float" | "int", string> = {
  float: `
fn keyOf(x: f32) -> u32 {
  if (isNan(x)) { return 0xffffffffu; }
  let bits = bitcast<u32>(select(x, 0.0, x == 0.0));
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}`,
  int: "\nfn keyOf(x: i32) -> u32 { return bitcast<u32>(x) ^ 0x80000000u; }",
};

/** Views: input; keys and order, [lines, length]. `flip` has all bits set for a descending order. */
function blocks({ writer, words: [length, step, flip], offsets, at }: KernelParts): KernelBody {
  const stored = writer.typeOf(0);
  const element = (k: string): string => {
    const value = writer.load(0, `${offsets[0]} + ${at[0]} + ${k} * ${step}`);
    return `(keyOf(${stored === "bool" ? `select(0, 1, ${value})` : value}) ^ bitcast<u32>(${flip}))`;
  };
  const main = `let own = i % ${length};
  let first = own / ${block} * ${block};
  let end = min(first + ${block}, ${length});
  let key = ${element("own")};
  var place = first;
  for (var k = first; k < end; k++) {
    let other = ${element("k")};
    if (other < key || (other == key && k < own)) { place += 1; }
  }
  place += i - own;
  ${writer.store(1, "place", "bitcast<i32>(key)", "int")}
  ${writer.store(2, "place", "own", "int")}`;
  return { main, functions: keyOf[stored === "float" ? "float" : "int"] };
}

/** Views: keys and order in runs of `run`; keys and order in runs twice as long. */
function merge({ writer, words: [length, run] }: KernelParts): KernelBody {
  const main = `let own = i % ${length};
  let start = i - own;
  let pair = own / (2 * ${run}) * (2 * ${run});
  let inFirst = own < pair + ${run};
  let other = select(pair, min(pair + ${run}, ${length}), inFirst);
  let otherEnd = select(pair + ${run}, min(pair + 2 * ${run}, ${length}), inFirst);
  let key = bitcast<u32>(${writer.load(0, "i")});
  // how many of the other run come before: equal ones do if theirs is the first run
  var low = other;
  var high = otherEnd;
  loop {
    if (low >= high) { break; }
    let middle = (low + high) / 2;
    let seen = bitcast<u32>(${writer.load(0, "start + middle")});
    if (seen < key || (seen == key && !inFirst)) { low = middle + 1; } else { high = middle; }
  }
  let before = own - select(pair + ${run}, pair, inFirst);
  let place = start + pair + before + (low - other);
  ${writer.store(2, "place", "bitcast<i32>(key)", "int")}
  ${writer.store(3, "place", writer.load(1, "i"), "int")}`;
  return { main };
}

/** Views: order [lines, length], input; values, indices. */
function finish({ writer, words: [length, ...steps], offsets, at }: KernelParts): KernelBody {
  const address = (view: number, position: string): string => `${offsets[view]} + ${at[view]} + ${position} * ${steps[view - 1]}`;
  const main = `let own = i % ${length};
  let origin = ${writer.load(0, "i")};
  ${writer.store(2, address(2, "own"), writer.load(1, address(1, "origin")), writer.typeOf(1))}
  ${writer.store(3, address(3, "own"), "origin", "int")}`;
  return { main };
}

export function createSort(target: Target): Backend["sort"] {
  const kernels = new Map<string, Kernel>();
  return (input, dim, descending, values, indices) => {
    const count = numel(input.shape);
    if (count === 0) return;
    const length = input.shape[dim] ?? 1;
    const shape = [count / length, length];
    const scratch = Array.from({ length: 4 }, () => target.pool.allocate(4 * count));
    const table = scratch.map((buffer): View => ({ buffer, dtype: "int32", shape, strides: contiguousStrides(shape), offset: 0 }));
    let [from, to] = [table.slice(0, 2), table.slice(2)];

    const step = ({ strides }: View): number => strides[dim] ?? 0;
    /** The lines, for views of the input's shape; others stand still. */
    const linesOf = (views: readonly (View | null)[]): Walk => ({
      shape: input.shape.filter((_, d) => d !== dim),
      strides: views.map((view) => input.shape.map((_, d) => view?.strides[d] ?? 0).filter((_, d) => d !== dim)),
    });
    const follow = (walk: Walk): Launch["walk"] => ({
      ...walk,
      accesses: walk.strides.map(() => "strided"),
      from: (words) => `(i / ${words[0]})`,
    });

    launch(target, kernels, {
      label: `sort ${input.dtype}`,
      variant: "blocks",
      views: [input, ...from],
      firstOutput: 1,
      count,
      words: [length, step(input), descending ? -1 : 0],
      walk: follow(linesOf([input, null, null])),
      emit: blocks,
    });
    for (let run = block; run < length; run *= 2) {
      launch(target, kernels, {
        label: "sort merge",
        variant: "merge",
        views: [...from, ...to],
        firstOutput: 2,
        count,
        words: [length, run],
        emit: merge,
      });
      [from, to] = [to, from];
    }
    const outputs = [input, values, indices];
    launch(target, kernels, {
      label: "sort finish",
      variant: "finish",
      views: [from[1] as View, ...outputs],
      firstOutput: 2,
      count,
      words: [length, ...outputs.map(step)],
      walk: follow(linesOf([null, ...outputs])),
      emit: finish,
    });
    for (const buffer of scratch) target.pool.release(buffer);
  };
}
