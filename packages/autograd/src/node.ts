// A recorded op: where its inputs came from, and how gradients flow back through it. Nodes point backwards only, and nothing global points at
// them, so a graph whose outputs are garbage is garbage.
import { type GradFn, GradientError, isFloat, type Tensor } from "@gradkit/tensor";
import type { SavedValue } from "./saved.ts";

/** Where an input came from: the op that made it, the leaf itself, or nowhere that wants a gradient. */
export type Edge = GradNode | Tensor | null;

export type Gradients = readonly (Tensor | null)[];

let recorded = 0;
let observer: ((node: GradNode) => void) | null = null;

/** Has every node pass through `fn` when it is recorded; null ends it. */
export function observeRecording(fn: ((node: GradNode) => void) | null): void {
  observer = fn;
}

let watcher: ((node: GradNode, gradients: Gradients) => void) | null = null;

/** Has the gradients of every node's inputs pass through `fn`; null ends it. */
export function watchGradients(fn: ((node: GradNode, gradients: Gradients) => void) | null): void {
  watcher = fn;
}

/** Whoever watches gradients: nobody but detectAnomaly, which programs without it do not carry. */
export const gradientWatcher = (): typeof watcher => watcher;

export abstract class GradNode implements GradFn {
  readonly name: string;
  /** Ops that ran later have larger numbers: backward takes the largest first. */
  readonly sequence: number = recorded++;
  /** One edge an input. */
  edges: readonly Edge[];
  /** Which output of its edge an input was. */
  slots: readonly number[];
  /** The handles that the op returned: for their hooks, and to be retired. */
  outputs: readonly (Tensor | null)[] = [];
  /** Of the storage, when the outputs got this history. A view with an older one follows its base anew. */
  version = 0;
  /** Values that the gradient reads; null once a backward has consumed them. */
  protected saved: readonly SavedValue[] | null = noValues;

  constructor(name: string, edges: readonly Edge[], slots: readonly number[]) {
    this.name = name;
    this.edges = edges;
    this.slots = slots;
    observer?.(this);
  }

  /** Gradients of the inputs, at least of the wanted ones, from those of the outputs. Runs in the grad mode of the backward pass. */
  abstract gradients(incoming: Gradients, wanted: readonly boolean[]): Gradients;

  /** Number `at` of what was saved. Throws a GradientError when it was changed in place since. */
  protected read(at: number): SavedValue {
    this.checkAlive();
    const value = this.saved?.[at] as SavedValue;
    value.check(this.name);
    return value;
  }

  /** Lets go of what backward needed. A node that saved nothing can be walked again, as in torch; others are cut from their graph. */
  release(): void {
    this.outputs = this.outputs.some((output) => output?.hooks) && this.saved === noValues ? this.outputs : [];
    if (this.saved === noValues || this.saved === null) return;
    for (const value of this.saved) value.release();
    this.saved = null;
    this.edges = [];
  }

  /** Whether saved values were released. */
  get freed(): boolean {
    return this.saved === null;
  }

  /** Throws a GradientError where saved values were released. */
  checkAlive(): void {
    if (!this.freed) return;
    throw new GradientError(
      "backward",
      `the graph was freed: the values saved for ${this.name}'s gradient are gone. Pass { retainGraph: true } to the backward before`,
    );
  }

  /** Hangs this node on the outputs of its op that can have gradients: floats among the first `count`. */
  attach(outputs: readonly Tensor[], count: number = outputs.length, version: number = (outputs[0] as Tensor).storage.version): void {
    this.outputs = outputs;
    for (let k = 0; k < count; k++) {
      const output = outputs[k] as Tensor;
      if (isFloat(output.dtype)) output.setHistory(this, k);
    }
    this.version = version;
  }
}

const noValues: readonly SavedValue[] = [];
