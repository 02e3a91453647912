// Backend.map: one invocation an element.
import { type Backend, coalesce, type Formula, numel, type View } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { convert, emitFormula } from "../wgsl.ts";
import { type Access, accessesOf, emitWalk, passWalk, type Walk, walkKey } from "./addresses.ts";
import { type BoundViews, bindViews } from "./bound-views.ts";
import { KernelWriter } from "./kernel-writer.ts";
import { passScalars } from "./pass-scalars.ts";
import { withinBindingLimit } from "./scratch-views.ts";
import type { Target } from "./target.ts";

function compile({ pipelines }: Target, formula: Formula, bound: BoundViews, rank: number, accesses: readonly Access[]): Kernel {
  const writer = new KernelWriter(bound);
  const count = writer.int();
  const offsets = writer.ints(accesses.length);
  const { code: walk, at } = emitWalk(writer, rank, accesses, "i", "");
  const scalars = formula.scalars.map((type) => writer.scalar(type));
  const { inputs } = formula;
  const { code, results } = emitFormula(formula.outputs, {
    input: (k) => `x${k}`,
    scalar: (s) => scalars[s] as string,
    index: "u32(i)",
  });
  const address = (view: number): string => `${offsets[view]} + ${at[view]}`;
  const loads = inputs.map((type, k) => `let x${k} = ${convert(writer.load(k, `at${k}`), writer.typeOf(k), type)};`);
  const stores = formula.outputs.map((output, k) => writer.store(inputs.length + k, `at${inputs.length + k}`, `y${k}`, output.type));
  const main = [
    walk,
    ...accesses.map((_, k) => `let at${k} = ${address(k)};`),
    ...loads,
    code,
    ...results.map((result, k) => `let y${k} = ${result};`),
    ...stores,
  ];
  return pipelines.compile(writer.source(`map ${formula.id}`, count, main.join("\n  ")));
}

export function createMap(target: Target): Backend["map"] {
  const { recorder } = target;
  const byFormula: Map<string, Kernel>[] = [];
  const run = (formula: Formula, inputs: readonly View[], scalars: readonly number[], outputs: readonly View[]): void => {
    const { shape } = outputs[0] as View;
    const views = [...inputs, ...outputs];
    const walk: Walk = coalesce(
      shape,
      views.map(({ strides }) => strides),
    );
    const accesses = accessesOf(walk);
    const bound = bindViews(views, inputs.length);
    const key = bound.key + walkKey(walk, accesses);
    const kernels = (byFormula[formula.id] ??= new Map());
    let kernel = kernels.get(key);
    if (!kernel) {
      kernel = compile(target, formula, bound, walk.shape.length, accesses);
      kernels.set(key, kernel);
    }
    const count = numel(shape);
    recorder.begin(kernel);
    recorder.int(count);
    for (const { offset } of views) recorder.int(offset);
    passWalk(recorder, walk, accesses);
    passScalars(recorder, formula.scalars, scalars);
    recorder.dispatchLinear(kernel, bound.memories, count);
  };
  return (formula, inputs, scalars, outputs) => {
    if (numel((outputs[0] as View).shape) === 0) return;
    withinBindingLimit(target, inputs, outputs, (sources, targets) => run(formula, sources, scalars, targets));
  };
}
