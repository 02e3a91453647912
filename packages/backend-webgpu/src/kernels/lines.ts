// Kernels that run along one dim: an invocation takes a whole line of elements, for one position of all other dims.
import { coalesce, numel, type View } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { accessesOf } from "./addresses.ts";
import type { KernelWriter } from "./kernel-writer.ts";
import { type KernelBody, launch } from "./launch.ts";
import type { Target } from "./target.ts";

/** Strides with 0 along `dim`. */
export const pinned = (strides: readonly number[], dim: number): number[] => strides.map((stride, d) => (d === dim ? 0 : stride));

/** What a line's code is written with. */
export interface Line {
  readonly writer: KernelWriter;
  /** Elements of the line. */
  readonly length: string;
  /** The address of element `k` of a view's line. */
  readonly at: (view: number, k: string) => string;
  /** The call's further words, in order. */
  readonly words: readonly string[];
}

export interface LineCall {
  readonly label: string;
  readonly variant: string;
  /** Of what is walked; the lines run along `dim`. */
  readonly shape: readonly number[];
  readonly dim: number;
  readonly views: readonly View[];
  readonly firstOutput: number;
  readonly words?: readonly number[];
  readonly emit: (line: Line) => KernelBody;
}

/** Runs `emit`'s code for each line. */
export function runLines(target: Target, kernels: Map<string, Kernel>, call: LineCall): void {
  const { label, variant, shape, dim, views, firstOutput, words = [], emit } = call;
  const lines = shape.map((size, d) => (d === dim ? 1 : size));
  const walk = coalesce(
    lines,
    views.map(({ strides }) => strides),
  );
  launch(target, kernels, {
    label,
    variant,
    views,
    firstOutput,
    count: numel(lines),
    words: [shape[dim] ?? 1, ...views.map(({ strides }) => strides[dim] ?? 0), ...words],
    walk: { ...walk, accesses: accessesOf(walk) },
    emit({ writer, words: [length, ...rest], offsets, at }) {
      const steps = rest.slice(0, views.length);
      const starts = views.map((_, k) => `let start${k} = ${offsets[k]} + ${at[k]};`).join("\n  ");
      const body = emit({
        writer,
        length: length as string,
        at: (view, k) => `start${view} + (${k}) * ${steps[view]}`,
        words: rest.slice(views.length),
      });
      return { ...body, main: `${starts}\n  ${body.main}` };
    },
  });
}
