// Constants that fill a whole buffer (zeros, ones) are not written until something else than a map needs them; a map takes the constant
// itself. The gradient that backward starts from, or zeros that are copied, then cost nothing.
import {
  type Backend,
  type Formula,
  formula,
  input,
  isContiguous,
  type Node,
  numel,
  scalar,
  transform,
  type View,
  withArgs,
} from "@gradkit/tensor/backend";
import type { WebGpuBuffer } from "../buffers.ts";
import { usesIndex } from "../wgsl.ts";
import { snapshot } from "./map-call.ts";

interface Arguments {
  readonly formula: Formula;
  readonly inputs: readonly View[];
  readonly scalars: readonly number[];
}

const bufferOf = ({ buffer }: View): WebGpuBuffer => buffer as WebGpuBuffer;

const coversBuffer = (view: View): boolean => isContiguous(view) && view.offset === 0 && 4 * numel(view.shape) === view.buffer.byteLength;

/** One float32 for all elements of a whole buffer. */
function isFill({ formula: f, inputs }: Arguments, outputs: readonly View[]): boolean {
  const [output] = f.outputs as [Node];
  if (inputs.length > 0 || outputs.length !== 1 || output.type !== "float") return false;
  const view = outputs[0] as View;
  return view.dtype === "float32" && coversBuffer(view) && !usesIndex(f);
}

/** f with some inputs replaced by formulas of scalars; those scalars follow f's own. */
function substitute(f: Formula, fills: readonly (Formula | null)[]): Formula {
  const scalars = [...f.scalars];
  const inputs = f.inputs.filter((_, k) => !fills[k]);
  let next = 0;
  const replacements = f.inputs.map((type, k) => {
    const fill = fills[k];
    if (!fill) return input(next++, type);
    const first = scalars.length;
    scalars.push(...fill.scalars);
    return transform(fill.outputs, (n, args) => (n.op === "scalar" ? scalar(first + n.value, n.type) : withArgs(n, args)))[0] as Node;
  });
  const outputs = transform(f.outputs, (n, args) => (n.op === "input" ? (replacements[n.value] as Node) : withArgs(n, args)));
  return formula(inputs, scalars, outputs);
}

export class Fills {
  readonly #write: Backend["map"];
  readonly #settle: () => void;
  readonly #pending = new WeakMap<WebGpuBuffer["memory"], Arguments>();
  readonly #substituted = new Map<string, Formula>();

  /** `write` is map without this; `settle` records what it holds back. */
  constructor(write: Backend["map"], settle: () => void) {
    this.#write = write;
    this.#settle = settle;
  }

  /** The arguments with pending constants put in; null if the call is itself a constant that can wait. */
  apply(call: Arguments, outputs: readonly View[]): Arguments | null {
    const filled = this.#takeConstants(call);
    for (const view of outputs) if (coversBuffer(view)) bufferOf(view).memory.fill = null; // overwritten
    if (!isFill(filled, outputs)) return filled;
    const { memory } = bufferOf(outputs[0] as View);
    this.#settle(); // what is held may still read what this memory held before
    this.#pending.set(memory, filled);
    const whole = outputs.map(snapshot);
    memory.fill = () => this.#write(filled.formula, [], filled.scalars, whole);
    return null;
  }

  #takeConstants(call: Arguments): Arguments {
    const { formula: f, inputs, scalars } = call;
    const found = inputs.map((view, k) => {
      const { memory } = bufferOf(view);
      return memory.fill && view.dtype === "float32" && f.inputs[k] === "float" ? (this.#pending.get(memory) as Arguments) : null;
    });
    if (!found.some((fill) => fill)) return call;
    const key = `${f.id}:${found.map((fill) => fill?.formula.id ?? "").join()}`;
    let substituted = this.#substituted.get(key);
    if (!substituted) {
      substituted = substitute(
        f,
        found.map((fill) => fill?.formula ?? null),
      );
      this.#substituted.set(key, substituted);
    }
    return {
      formula: substituted,
      inputs: inputs.filter((_, k) => !found[k]),
      scalars: [...scalars, ...found.flatMap((fill) => fill?.scalars ?? [])],
    };
  }
}
