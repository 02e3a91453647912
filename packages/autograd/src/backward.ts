// The backward pass: gradients flow from the roots through the recorded ops, the last recorded first, and are summed where paths meet.
import { type BackwardOptions, enableGrad, formatShape, GradientError, noGrad, scope, type Tensor } from "@gradkit/tensor";
import { retire, sameShape, untracked, withCasts } from "@gradkit/tensor/recorder";
import { accumulate, addGradients, deliverable, distinct, letGo, runHooks } from "./accumulate.ts";
import { type Edge, type Gradients, GradNode, gradientWatcher } from "./node.ts";
import { NodeQueue } from "./node-queue.ts";
import { allEdges, edgesTo, type IsUseful } from "./reachable.ts";
import { edgeOf } from "./view-history.ts";

/** A tensor to start from, and its gradient; null means 1 for a single element. */
export interface Root {
  readonly tensor: Tensor;
  readonly gradient: Tensor | null;
}

type Modes = Pick<BackwardOptions, "createGraph" | "retainGraph">;

/** Gradients of the roots, accumulated in the `grad` of the leaves (or of `inputs` alone). */
export function runBackward(roots: readonly Root[], { inputs, ...modes }: BackwardOptions): void {
  if (inputs?.length === 0) throw new GradientError("backward", "inputs is empty. Leave it out to accumulate in every leaf");
  inGradMode(modes, () => {
    const pass = new Pass(roots, inputs ?? null, modes);
    for (const [tensor, gradient] of pass.run()) accumulate(tensor, gradient);
  });
}

/** Gradients of the roots with respect to `inputs`; null where no path leads there. */
export function gradientsOf(roots: readonly Root[], inputs: readonly Tensor[], modes: Modes): (Tensor | null)[] {
  return inGradMode(modes, () => {
    const found = new Pass(roots, inputs, modes).run();
    return inputs.map((input) => {
      const gradient = found.get(input);
      return gradient ? deliverable(gradient) : null;
    });
  });
}

/** Gradients outlive every scope that is open around the call, and are of the dtypes that their rules give them. */
const inGradMode = <T>({ createGraph = false }: Modes, fn: () => T): T =>
  untracked(() => withCasts(null, () => (createGraph ? enableGrad(fn) : noGrad(fn))));

class Pass {
  readonly #createGraph: boolean;
  readonly #retainGraph: boolean;
  readonly #queue = new NodeQueue();
  /** For each op that waits: the gradients of its outputs so far. */
  readonly #incoming = new Map<GradNode, (Tensor | null)[]>();
  readonly #leaves = new Map<Tensor, Tensor>();
  readonly #isUseful: IsUseful;
  readonly #freed: GradNode | null;
  readonly #inputs: readonly Tensor[];
  /** The inputs that are outputs of an op, by it. */
  readonly #stops = new Map<GradNode, Tensor[]>();
  readonly #found = new Map<Tensor, Tensor>();
  readonly #consumed: Tensor[] = [];

  constructor(roots: readonly Root[], inputs: readonly Tensor[] | null, { createGraph = false, retainGraph = createGraph }: Modes) {
    this.#createGraph = createGraph;
    this.#retainGraph = retainGraph;
    const starts = roots.map(({ tensor }) => rootEdge(tensor));
    const { isUseful, freed } = inputs
      ? edgesTo(
          inputs.map((input) => this.#target(input)),
          starts,
        )
      : { isUseful: allEdges, freed: null };
    this.#isUseful = isUseful;
    this.#freed = freed;
    this.#inputs = inputs ?? [];
    roots.forEach(({ tensor, gradient }, i) => {
      this.#deliver(starts[i] as Edge, tensor.outputIndex, rootGradient(tensor, gradient, createGraph));
    });
  }

  #target(input: Tensor): Edge {
    const edge = edgeOf(input);
    if (!edge) throw new GradientError("grad", `an input ${formatShape(input.shape)} does not require grad`);
    if (edge instanceof GradNode) {
      const stops = this.#stops.get(edge) ?? [];
      if (!stops.includes(input)) stops.push(input);
      this.#stops.set(edge, stops);
    }
    return edge;
  }

  /** The complete gradient of each leaf and input that was reached. */
  run(): Map<Tensor, Tensor> {
    for (let node = this.#queue.pop(); node; node = this.#queue.pop()) this.#visit(node);
    for (const [leaf, gradient] of this.#leaves) this.#found.set(leaf, leaf.hooks ? runHooks(leaf, gradient) : gradient);
    if (this.#consumed.length > 0) retire(this.#consumed);
    if (this.#inputs.some((input) => !this.#found.has(input))) this.#freed?.checkAlive();
    return this.#found;
  }

  #visit(node: GradNode): void {
    const incoming = this.#incoming.get(node) as (Tensor | null)[];
    this.#incoming.delete(node);
    this.#applyHooks(node, incoming);
    for (const input of this.#stops.get(node) ?? []) {
      const g = incoming[input.outputIndex];
      if (g) this.#found.set(input, this.#createGraph ? g : g.detach());
    }
    if (this.#isUseful === allEdges) node.checkAlive();
    const { edges, slots } = node;
    const wanted = edges.map(this.#isUseful);
    if (wanted.includes(true)) {
      const compute = (): Gradients => node.gradients(incoming, wanted);
      const results = this.#createGraph ? compute() : scope(() => distinct(compute(), incoming));
      gradientWatcher()?.(node, results);
      this.#finish(node, incoming);
      edges.forEach((edge, i) => {
        const g = results[i];
        if (g && wanted[i]) this.#deliver(edge, slots[i] as number, g);
        else if (g) letGo(g);
      });
    } else this.#finish(node, incoming);
  }

  #applyHooks(node: GradNode, incoming: (Tensor | null)[]): void {
    const { outputs } = node;
    for (let k = 0; k < outputs.length; k++) {
      const [output, g] = [outputs[k], incoming[k]];
      if (g && output?.hooks) incoming[k] = runHooks(output, g);
    }
  }

  /** The op's part is done: its gradients have served, and so have its saved values unless the graph is kept. */
  #finish(node: GradNode, incoming: Gradients): void {
    for (const g of incoming) if (g) letGo(g);
    if (this.#retainGraph) return;
    for (const output of node.outputs) if (output && !output.released && output.ndim > 0) this.#consumed.push(output);
    node.release();
  }

  #deliver(edge: Edge, slot: number, g: Tensor): void {
    if (edge instanceof GradNode) {
      let waiting = this.#incoming.get(edge);
      if (!waiting) {
        waiting = [];
        this.#incoming.set(edge, waiting);
        this.#queue.push(edge);
      }
      const before = waiting[slot];
      waiting[slot] = before ? addGradients(before, g) : g;
    } else if (edge) {
      const before = this.#leaves.get(edge);
      this.#leaves.set(edge, before ? addGradients(before, g) : g);
    }
  }
}

function rootEdge(tensor: Tensor): Edge {
  const edge = edgeOf(tensor);
  if (!edge) {
    throw new GradientError(
      "backward",
      `a tensor ${formatShape(tensor.shape)} does not require grad and has no history. Was it made under noGrad(), or from tensors without requiresGrad?`,
    );
  }
  return edge;
}

function rootGradient(tensor: Tensor, gradient: Tensor | null, createGraph: boolean): Tensor {
  if (!gradient) {
    if (tensor.numel !== 1)
      throw new GradientError(
        "backward",
        `only a single element has a gradient by itself (got ${formatShape(tensor.shape)}). Reduce it, for example with sum(), or pass its gradient`,
      );
    return tensor.newFull(tensor.shape, 1);
  }
  if (!sameShape(gradient.shape, tensor.shape) || gradient.dtype !== tensor.dtype) {
    throw new GradientError(
      "backward",
      `the gradient is ${gradient.dtype} ${formatShape(gradient.shape)}, the tensor ${tensor.dtype} ${formatShape(tensor.shape)}`,
    );
  }
  return createGraph ? gradient : gradient.detach();
}
