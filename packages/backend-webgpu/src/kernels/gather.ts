// Backend.gather: one invocation an index. Nobody has looked at the indices, since that would take a read: the kernel checks and clamps them.
import { type Backend, coalesce, numel } from "@gradkit/tensor/backend";
import { emitRangeCheck } from "../index-report.ts";
import type { Kernel } from "../pipelines.ts";
import { accessesOf } from "./addresses.ts";
import { launch } from "./launch.ts";
import { pinned } from "./lines.ts";
import type { Target } from "./target.ts";

export function createGather(target: Target): Backend["gather"] {
  const { report } = target;
  const kernels = new Map<string, Kernel>();
  return (input, dim, index, out) => {
    report.due = true;
    const walk = coalesce(index.shape, [pinned(input.strides, dim), index.strides, out.strides, index.shape.map(() => 0)]);
    launch(target, kernels, {
      label: `gather ${input.dtype}`,
      variant: "gather",
      views: [input, index, out, report.view],
      firstOutput: 2,
      count: numel(index.shape),
      words: [input.shape[dim] as number, input.strides[dim] as number],
      walk: { ...walk, accesses: accessesOf(walk) },
      emit: ({ writer, words: [size, step], offsets, at }) => ({
        main: `let given = ${writer.load(1, `${offsets[1]} + ${at[1]}`)};
  ${emitRangeCheck(writer, "gather", 3, "given", size as string)}
  let position = clamp(given, 0, ${size} - 1);
  let value = ${writer.load(0, `${offsets[0]} + ${at[0]} + position * ${step}`)};
  ${writer.store(2, `${offsets[2]} + ${at[2]}`, "value", writer.typeOf(2))}`,
      }),
    });
  };
}
