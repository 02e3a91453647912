// A recorded structured op: it keeps what its rule reads, and applies the rule.
import type { Tensor } from "@gradkit/tensor";
import { tensorOf } from "./map-node.ts";
import { type Edge, type Gradients, GradNode } from "./node.ts";
import { type SavedValue, saveValue } from "./saved.ts";
import type { Call, InputInfo, Reads, Vjp } from "./vjp.ts";

export class OpNode extends GradNode {
  readonly #rule: Vjp<unknown>;
  readonly #attrs: unknown;
  readonly #inputs: readonly (InputInfo | null)[];
  /** What `saved` holds, in its order: input i as i, output k as −1 − k. */
  readonly #sources: readonly number[];

  constructor(
    name: string,
    rule: Vjp<unknown>,
    edges: readonly Edge[],
    slots: readonly number[],
    inputs: readonly (Tensor | null)[],
    attrs: unknown,
    outputs: readonly Tensor[],
  ) {
    super(name, edges, slots);
    this.#rule = rule;
    this.#attrs = attrs;
    this.#inputs = inputs.map((input) => input && { shape: input.shape, strides: input.strides, dtype: input.dtype, device: input.device });
    this.#sources = sourcesOf(rule.reads, edges, inputs, outputs);
    if (this.#sources.length > 0)
      this.saved = this.#sources.map((source) => saveValue((source < 0 ? outputs[-1 - source] : inputs[source]) as Tensor));
  }

  override gradients([g]: Gradients, wanted: readonly boolean[]): Gradients {
    const call: Call<unknown> = {
      attrs: this.#attrs,
      inputs: this.#inputs,
      wants: (i) => wanted[i] ?? false,
      input: (i) => tensorOf(this.#saved(i), this.edges[i] as Edge, this.slots[i] as number),
      output: (k) => tensorOf(this.#saved(-1 - k), this, k),
    };
    return this.#rule.gradients(g as Tensor, call);
  }

  #saved(source: number): SavedValue {
    return this.read(this.#sources.indexOf(source));
  }
}

/** An optional input that was not given, or an output that was not made, is not saved either. */
function sourcesOf(reads: readonly Reads[], edges: readonly Edge[], given: readonly (Tensor | null)[], made: readonly Tensor[]): number[] {
  const sources: number[] = [];
  const include = (source: number): void => {
    if (!sources.includes(source)) sources.push(source);
  };
  for (let i = 0; i < reads.length; i++) {
    if (!edges[i]) continue;
    const { inputs, outputs } = reads[i] as Reads;
    if (inputs) for (const input of inputs) if (given[input]) include(input);
    if (outputs) for (const output of outputs) if (made[output]) include(-1 - output);
  }
  return sources;
}
