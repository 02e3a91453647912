// Backend.map: one invocation an element. Calls of one formula that follow each other and do not touch each other's results become one
// dispatch, as far as a kernel may name their buffers: an optimizer's step over many parameters, for one.
import { type Backend, numel, type View } from "@gradkit/tensor/backend";
import { settleFill } from "../buffers.ts";
import type { Kernel } from "../pipelines.ts";
import { type BoundViews, bindViews } from "./bound-views.ts";
import { Fills } from "./fills.ts";
import { KernelWriter } from "./kernel-writer.ts";
import { MapCall } from "./map-call.ts";
import { withinBindingLimit } from "./scratch-views.ts";
import type { Target } from "./target.ts";

/** Words of merged calls stay within one window of the ring or two. */
const mostCalls = 4;

function compile({ pipelines }: Target, calls: readonly MapCall[], bound: BoundViews): Kernel {
  const writer = new KernelWriter(bound);
  const total = writer.int();
  const inputCount = calls.reduce((sum, { inputs }) => sum + inputs.length, 0);
  let [firstInput, firstOutput] = [0, inputCount];
  const parts = calls.map((call, p) => {
    const part = call.emit(writer, `part${p}`, firstInput, firstOutput);
    firstInput += call.inputs.length;
    firstOutput += call.outputs.length;
    return part;
  });
  // positions count on from one call to the next
  const main = parts.map(({ count }, p) => `if (at < ${count}) { part${p}(at); return; }\n  at -= ${count};`);
  const functions = parts.map(({ code }) => code).join("");
  return pipelines.compile(writer.source(`map ${calls[0]?.formula.id}`, total, `var at = i;\n  ${main.join("\n  ")}`, functions));
}

export function createMap(target: Target): Backend["map"] {
  const { recorder, mostBuffers } = target;
  const byFormula: Map<string, Kernel>[] = [];
  let held: MapCall[] = [];

  const dispatch = (calls: readonly MapCall[]): void => {
    const inputs = calls.flatMap((call) => call.inputs);
    const bound = bindViews([...inputs, ...calls.flatMap((call) => call.outputs)], inputs.length);
    const kernels = (byFormula[(calls[0] as MapCall).formula.id] ??= new Map());
    let key = bound.key;
    for (const call of calls) key += `|${call.key}`;
    let kernel = kernels.get(key);
    if (!kernel) {
      kernel = compile(target, calls, bound);
      kernels.set(key, kernel);
    }
    const count = calls.reduce((sum, call) => sum + call.count, 0);
    recorder.begin(kernel);
    recorder.int(count);
    for (const call of calls) call.pass(recorder);
    recorder.dispatchLinear(kernel, bound.memories, count);
  };
  const settle = (): void => {
    const calls = held;
    held = [];
    if (calls.length > 0) dispatch(calls);
  };
  const joins = (call: MapCall): boolean => {
    if (held.length === 0 || held.length === mostCalls || held[0]?.formula !== call.formula) return false;
    if (held.some((other) => other.conflictsWith(call))) return false;
    return new Set([...held, call].flatMap(({ reads, writes }) => [...reads, ...writes])).size <= mostBuffers;
  };
  const run: Backend["map"] = (formula, inputs, scalars, outputs) => {
    const call = new MapCall(formula, inputs, scalars, outputs);
    for (const memory of [...call.reads, ...call.writes]) settleFill(memory); // comes before this call, which may be held
    if (!joins(call)) recorder.settle();
    held.push(call);
    recorder.hold(settle);
  };

  const fills = new Fills(run, () => recorder.settle());
  return (formula, inputs, scalars, outputs) => {
    if (numel((outputs[0] as View).shape) === 0) return;
    const filled = fills.apply({ formula, inputs, scalars }, outputs);
    if (filled)
      withinBindingLimit(target, filled.inputs, outputs, (sources, targets) => run(filled.formula, sources, filled.scalars, targets));
  };
}
