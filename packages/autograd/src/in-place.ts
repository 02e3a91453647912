// Ops that write over a tensor. The tensor gets a new history; where it is a view its base does, and the view is taken of it anew.
import { GradientError, isFloat, noGrad, type Tensor } from "@gradkit/tensor";
import type { Formula } from "@gradkit/tensor/recorder";
import type { MapNode } from "./map-node.ts";
import { type Gradients, GradNode } from "./node.ts";
import { mapNode } from "./tape.ts";
import { edgeOf, followBase, ViewPositions } from "./view-history.ts";

/** Called before the write; returns what is to be called after it. */
export function recordInPlace(
  name: string,
  target: Tensor,
  formula: Formula,
  inputs: readonly Tensor[],
  scalars: readonly number[],
): () => void {
  if (!isFloat(target.dtype)) return () => {};
  const { base } = target;
  if (base?.requiresGrad && base.isLeaf) {
    throw new GradientError(
      name,
      "a view of a leaf that requires grad cannot be changed in place. Do it inside noGrad(), as optimizers do",
    );
  }
  const node = mapNode(name, formula, inputs, scalars);
  // the gradient may read what is about to be overwritten: that is copied, as in torch
  const values = inputs.map((input, i) => (input.storage === target.storage && node.reads(i) ? noGrad(() => input.clone()) : input));
  return () => {
    node.save(values, [target]);
    values.forEach((value, i) => {
      if (value !== inputs[i]) value.dispose();
    });
    const { version } = target.storage; // the base's handle may have been released
    if (!base) replaceHistory(target, node, version);
    else {
      replaceHistory(base, new PartWritten(node, base, target), version);
      followBase(target, base);
    }
  };
}

/** Hooks see the gradient of the value that the tensor had when they were registered: they stay with the old history. */
function replaceHistory(tensor: Tensor, node: GradNode, version: number): void {
  const old = tensor.gradFn as GradNode | null;
  if (old) {
    let past: Tensor | null = null;
    if (tensor.hooks) {
      past = tensor.detach();
      past.hooks = tensor.hooks;
      past.dispose();
      tensor.hooks = null;
    }
    old.outputs = old.outputs.map((output) => (output === tensor ? past : output));
  }
  node.attach([tensor], 1, version);
}

/** The history of a base of which a view was overwritten by a pointwise op (torch's CopySlices). */
class PartWritten extends GradNode {
  readonly #inner: MapNode;
  readonly #positions: ViewPositions;

  constructor(inner: MapNode, base: Tensor, view: Tensor) {
    super(inner.name, [edgeOf(base), ...inner.edges], [base.outputIndex, ...inner.slots]);
    this.#inner = inner;
    this.#positions = new ViewPositions(base, view);
  }

  override gradients([incoming]: Gradients, [base, ...inputs]: readonly boolean[]): Gradients {
    const g = incoming as Tensor;
    const part = this.#positions.pick(g);
    const rest = base ? this.#positions.put(g, part.newZeros([]).expand(part.shape), "set") : null;
    return [rest, ...this.#inner.gradients([part], inputs)];
  }

  override get freed(): boolean {
    return this.#inner.freed;
  }

  override release(): void {
    super.release();
    this.#inner.release();
    if (this.freed) this.edges = [];
  }
}
