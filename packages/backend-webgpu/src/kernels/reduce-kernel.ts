// The text of a reduction: an invocation walks the elements of one output, or every n-th of them.
import {
  coalesce,
  contiguousStrides,
  type Finish,
  type Formula,
  type Node,
  type Reducer,
  type ScalarType,
  type View,
} from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { convert, emitFormula, usesIndex, wgslType } from "../wgsl.ts";
import { type Accumulator, accumulatorOf, beats, combine, identity } from "./accumulate.ts";
import { type Access, accessesOf, emitWalk, type Walk } from "./addresses.ts";
import { type BoundViews, bindViews } from "./bound-views.ts";
import { KernelWriter } from "./kernel-writer.ts";
import type { Target } from "./target.ts";

/** A sum is cut into blocks of so many terms, each summed by itself: its error grows with the root of the blocks, not of the terms. */
const blockTerms = 32;

export interface Reduction {
  readonly reducer: Reducer;
  readonly formula: Formula;
  readonly inputs: readonly View[];
  readonly scalars: readonly number[];
  /** Positions that belong to the values of inputs[0]: the winners of an earlier, partial reduction. */
  readonly positions: View | null;
  readonly outputs: readonly View[];
  readonly dims: readonly number[];
  readonly finish: Finish | undefined;
  /** Partial results per output; they stand along a further, last dim of the outputs. */
  readonly chunks: number;
}

export interface Plan {
  readonly bound: BoundViews;
  readonly kept: Walk;
  readonly reduced: Walk;
  readonly keptAccess: readonly Access[];
  readonly reducedAccess: readonly Access[];
}

export const isArg = (reducer: Reducer): reducer is "argmax" | "argmin" => reducer === "argmax" || reducer === "argmin";

function emitLoop(reducer: Reducer, type: Accumulator, positioned: boolean): string {
  const t = wgslType[type];
  if (reducer === "sum" || reducer === "prod") {
    const zero = identity[reducer][type];
    return `
  var total: ${t} = ${zero};
  loop {
    if (k >= length) { break; }
    var block: ${t} = ${zero};
    for (var n = 0; n < ${blockTerms} && k < length; n++) {
      block = ${combine[reducer](type, "block", "value(k)")};
      k += step;
    }
    total = ${combine[reducer](type, "total", "block")};
  }`;
  }
  if (!isArg(reducer)) {
    return `
  var total: ${t} = value(k);
  for (k += step; k < length; k += step) { total = ${combine[reducer](type, "total", "value(k)")}; }`;
  }
  const better = beats(type, reducer === "argmax", "next", "total");
  const earlier = `(!${beats(type, reducer === "argmax", "total", "next")} && at < winner)`; // of equals the first
  return `
  var total: ${t} = value(k);
  var winner = ${positioned ? "position(k)" : "k"};
  for (k += step; k < length; k += step) {
    let next = value(k);
    let at = ${positioned ? "position(k)" : "k"};
    if (${positioned ? `${better} || ${earlier}` : better}) { total = next; winner = at; }
  }`;
}

export function compileReduction({ pipelines }: Target, job: Reduction, { bound, kept, reduced, keptAccess, reducedAccess }: Plan): Kernel {
  const { reducer, formula: f, positions, finish } = job;
  const writer = new KernelWriter(bound);
  const [count, length, chunks] = writer.ints(3) as [string, string, string];
  const offsets = writer.ints(bound.slots.length);
  const sources = f.inputs.length + (positions ? 1 : 0);
  const output = f.outputs[0] as Node;
  const type = accumulatorOf(output.type);

  const outer = emitWalk(writer, kept.shape.length, keptAccess, "slot", "o");
  const inner = emitWalk(writer, reduced.shape.length, reducedAccess, "k", "r");
  const scalars = f.scalars.map((each) => writer.scalar(each));
  const indexed = keptAccess.length > bound.slots.length; // the walks end with that of the index
  const { code, results } = emitFormula(f.outputs, { input: (k) => `x${k}`, scalar: (s) => scalars[s] as string, index: "index" });
  const loads = f.inputs.map((each, k) => `let x${k} = ${convert(writer.load(k, `start${k} + ${inner.at[k]}`), writer.typeOf(k), each)};`);
  const starts = Array.from({ length: sources }, (_, k) => k);
  const functions = `
${starts.map((k) => `var<private> start${k}: i32;`).join("\n")}
${indexed ? "var<private> startIndex: i32;" : ""}
fn value(k: i32) -> ${wgslType[type]} {
  ${inner.code}
  ${indexed ? `let index = u32(startIndex + ${inner.at.at(-1)});` : ""}
  ${loads.join("\n  ")}
  ${code}
  return ${convert(results[0] as string, output.type, type)};
}
${positions ? `fn position(k: i32) -> i32 {\n  ${inner.code}\n  return ${writer.load(sources - 1, `start${sources - 1} + ${inner.at[sources - 1]}`)};\n}` : ""}`;

  const target = (k: number): string => `${offsets[sources + k]} + (${outer.at[sources + k]}) * ${chunks} + chunk`;
  const stores: string[] = [];
  if (isArg(reducer)) {
    stores.push(writer.store(sources, target(0), "winner", "int"));
    if (bound.slots.length > sources + 1) stores.push(writer.store(sources + 1, target(1), "total", type));
  } else if (finish) {
    const finishScalars = finish.formula.scalars.map((each) => writer.scalar(each));
    const end = emitFormula(
      finish.formula.outputs,
      {
        input: () => convert("total", type, finish.formula.inputs[0] as ScalarType),
        scalar: (s) => finishScalars[s] as string,
        index: "u32(slot)",
      },
      "f",
    );
    stores.push(end.code, writer.store(sources, target(0), end.results[0] as string, (finish.formula.outputs[0] as Node).type));
  } else stores.push(writer.store(sources, target(0), "total", type));

  const main = `let slot = i / ${chunks};
  let chunk = i % ${chunks};
  ${outer.code}
  ${starts.map((k) => `start${k} = ${offsets[k]} + ${outer.at[k]};`).join("\n  ")}
  ${indexed ? `startIndex = ${outer.at.at(-1)};` : ""}
  let length = ${length};
  let step = ${chunks};
  var k = chunk;${emitLoop(reducer, type, positions !== null)}
  ${stores.join("\n  ")}`;
  return pipelines.compile(writer.source(`${reducer} of formula ${f.id}`, count, main, functions));
}

/** The dims of a walk over kept or over reduced dims, for inputs, outputs, and the index where the formula reads it. */
export function planReduction(job: Reduction): Plan {
  const { inputs, positions, outputs, dims } = job;
  const sources = positions ? [...inputs, positions] : inputs;
  const views = [...sources, ...outputs];
  const { shape } = inputs[0] as View;
  const strides = views.map((view) => view.strides);
  if (usesIndex(job.formula)) strides.push(contiguousStrides(shape));
  const pick = (list: readonly number[], reduced: boolean): number[] => list.filter((_, d) => dims.includes(d) === reduced);
  const kept = coalesce(
    pick(shape, false),
    strides.map((each) => pick(each, false)),
  );
  const reduced = coalesce(
    pick(shape, true),
    strides.map((each, k) => (k >= sources.length && k < views.length ? pick(shape, true).map(() => 0) : pick(each, true))),
  );
  return { bound: bindViews(views, sources.length), kept, reduced, keptAccess: accessesOf(kept), reducedAccess: accessesOf(reduced) };
}
