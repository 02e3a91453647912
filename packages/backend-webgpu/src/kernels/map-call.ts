// One call of map: what it touches, the words it passes, and its code as a function of the element's position.
import { coalesce, type Formula, numel, type View } from "@gradkit/tensor/backend";
import type { Memory, WebGpuBuffer } from "../buffers.ts";
import type { Recorder } from "../recorder.ts";
import { convert, emitFormula } from "../wgsl.ts";
import { type Access, accessesOf, emitWalk, passWalk, type Walk, walkKey } from "./addresses.ts";
import type { KernelWriter } from "./kernel-writer.ts";
import { passScalars } from "./pass-scalars.ts";

const memoryOf = ({ buffer }: View): Memory => (buffer as WebGpuBuffer).memory;

/** Tensors may be released while the call is held; their memory is in order even if something else has it next. */
export const snapshot = ({ buffer, dtype, shape, strides, offset }: View): View => ({ buffer, dtype, shape, strides, offset });

export class MapCall {
  readonly formula: Formula;
  readonly inputs: readonly View[];
  readonly outputs: readonly View[];
  readonly count: number;
  readonly reads: readonly Memory[];
  readonly writes: readonly Memory[];
  readonly key: string;
  readonly #scalars: readonly number[];
  readonly #walk: Walk;
  readonly #accesses: readonly Access[];

  constructor(formula: Formula, inputs: readonly View[], scalars: readonly number[], outputs: readonly View[]) {
    this.formula = formula;
    this.inputs = inputs.map(snapshot);
    this.outputs = outputs.map(snapshot);
    this.#scalars = scalars;
    const { shape } = outputs[0] as View;
    this.count = numel(shape);
    this.#walk = coalesce(
      shape,
      [...inputs, ...outputs].map(({ strides }) => strides),
    );
    this.#accesses = accessesOf(this.#walk);
    this.key = walkKey(this.#walk, this.#accesses);
    this.reads = inputs.map(memoryOf);
    this.writes = outputs.map(memoryOf);
  }

  /** Whether one of both writes what the other touches: then they must run one after the other. */
  conflictsWith({ reads, writes }: MapCall): boolean {
    const touches = (memory: Memory): boolean => reads.includes(memory) || writes.includes(memory);
    return this.writes.some(touches) || this.reads.some((memory) => writes.includes(memory));
  }

  /** `fn name(i)`. The call's views stand in the kernel from `firstInput` and `firstOutput` on. */
  emit(writer: KernelWriter, name: string, firstInput: number, firstOutput: number): { count: string; code: string } {
    const { formula } = this;
    const { inputs, outputs } = formula;
    const count = writer.int();
    const offsets = writer.ints(this.#accesses.length);
    const { code: walk, at } = emitWalk(writer, this.#walk.shape.length, this.#accesses, "i", "");
    const scalars = formula.scalars.map((type) => writer.scalar(type));
    const view = (k: number): number => (k < inputs.length ? firstInput + k : firstOutput + k - inputs.length);
    const { code, results } = emitFormula(outputs, { input: (k) => `x${k}`, scalar: (s) => scalars[s] as string, index: "u32(i)" });
    const lines = [
      walk,
      ...at.map((distance, k) => `let at${k} = ${offsets[k]} + ${distance};`),
      ...inputs.map((type, k) => `let x${k} = ${convert(writer.load(view(k), `at${k}`), writer.typeOf(view(k)), type)};`),
      code,
      ...results.map((result, k) => `let y${k} = ${result};`), // all are computed before one is stored: operands may be the same view
      ...outputs.map(({ type }, k) => writer.store(view(inputs.length + k), `at${inputs.length + k}`, `y${k}`, type)),
    ];
    return { count, code: `\nfn ${name}(i: i32) {\n  ${lines.join("\n  ")}\n}` };
  }

  /** The words that the code reads. */
  pass(recorder: Recorder): void {
    recorder.int(this.count);
    for (const { offset } of this.inputs) recorder.int(offset);
    for (const { offset } of this.outputs) recorder.int(offset);
    passWalk(recorder, this.#walk, this.#accesses);
    passScalars(recorder, this.formula.scalars, this.#scalars);
  }
}
