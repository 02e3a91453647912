// Reverse-mode differentiation of formulas. The result is a formula again, so it fuses, compiles and differentiates like any other.
import { adjoints } from "./adjoints.ts";
import { add } from "./build.ts";
import { type Formula, input, formula as intern, type Node, type Primitive, topological, transform, withArgs } from "./nodes.ts";

/** What an input of a derivative is: the original's input or output number `index`, or the incoming gradient of that output. */
export interface Source {
  readonly kind: "grad" | "input" | "output";
  readonly index: number;
}

/**
 * The gradients of a formula. `formula` takes only what it reads, as `sources` tell, and the original's scalars in their order.
 * `outputs[j]` is the output that holds the gradient for wrt[j] (equal gradients share one); null where that is zero everywhere.
 */
export interface Derivative {
  readonly formula: Formula;
  readonly sources: readonly Source[];
  readonly outputs: readonly (number | null)[];
}

const cache = new WeakMap<Formula, Map<string, Derivative>>();

/**
 * The derivative of a formula by its inputs `wrt`. `given` tells which outputs have an incoming gradient (by default every float one).
 * What must be saved follows from use: a value that is an output of the formula is read back as such, any other is computed anew.
 *
 * @example
 * derivative(formula(["float"], [], [tanh(input(0, "float"))]), [0]); // g·(1 − y·y): reads the gradient and output 0, not input 0
 */
export function derivative(formula: Formula, wrt: readonly number[], given?: readonly boolean[]): Derivative {
  const known = formula.outputs.map((output, k) => output.type === "float" && (given?.[k] ?? true));
  const key = `${wrt.join()}|${known.map(Number).join("")}`;
  let ofFormula = cache.get(formula);
  if (!ofFormula) {
    ofFormula = new Map();
    cache.set(formula, ofFormula);
  }
  let found = ofFormula.get(key);
  if (!found) {
    found = differentiate(formula, wrt, known);
    ofFormula.set(key, found);
  }
  return found;
}

function differentiate(formula: Formula, wrt: readonly number[], known: readonly boolean[]): Derivative {
  // Inputs beyond the original's stand for gradients, then for saved outputs, until it is known which are read.
  const placeholders: Source[] = [
    ...formula.inputs.map((_, index) => ({ kind: "input" as const, index })),
    ...formula.outputs.map((_, index) => ({ kind: "grad" as const, index })),
    ...formula.outputs.map((_, index) => ({ kind: "output" as const, index })),
  ];
  const firstGrad = formula.inputs.length;
  const firstOutput = firstGrad + formula.outputs.length;

  const gradients = propagate(
    formula.outputs,
    new Set(wrt),
    formula.outputs.map((_, k) => (known[k] ? input(firstGrad + k, "float") : null)),
  );

  const saved = new Map<Node, Node>();
  for (const [k, output] of formula.outputs.entries()) {
    if (output.args.length > 0 && !saved.has(output)) saved.set(output, input(firstOutput + k, output.type));
  }
  const roots = wrt.map((index) => gradients.get(index)).map((root) => root && withSaved(root, saved));

  const distinct = [...new Set(roots.filter((root) => root !== undefined))];
  const read = topological(distinct).filter((n) => n.op === "input");
  read.sort((a, b) => order(placeholders, a) - order(placeholders, b));
  const renumbered = new Map(read.map((n, i) => [n, input(i, n.type)]));
  const outputs = transform(distinct, (n, args) => renumbered.get(n) ?? withArgs(n, args));
  return {
    formula: intern(
      read.map((n) => n.type),
      formula.scalars,
      outputs,
    ),
    sources: read.map((n) => placeholders[n.value] as Source),
    outputs: roots.map((root) => (root ? distinct.indexOf(root) : null)),
  };
}

/** Gradients come first, as in PyTorch's backward functions. */
const order = (placeholders: readonly Source[], n: Node): number =>
  placeholders[n.value]?.kind === "grad" ? n.value - placeholders.length : n.value;

/** Walks back from the outputs and gives each input of `wrt` that is reached its gradient. */
function propagate(outputs: readonly Node[], wrt: ReadonlySet<number>, incoming: readonly (Node | null)[]): Map<number, Node> {
  const nodes = topological(outputs);
  const active = new Set<Node>(); // floats that depend on an input of wrt
  for (const n of nodes) {
    if (n.type === "float" && (n.op === "input" ? wrt.has(n.value) : n.args.some((arg) => active.has(arg)))) active.add(n);
  }
  const gradients = new Map<Node, Node>();
  const accumulate = (n: Node, g: Node): void => {
    const sofar = gradients.get(n);
    gradients.set(n, sofar ? add(sofar, g) : g);
  };
  for (const [k, output] of outputs.entries()) {
    const g = incoming[k];
    if (g && active.has(output)) accumulate(output, g);
  }
  const result = new Map<number, Node>();
  for (const n of nodes.reverse()) {
    const g = gradients.get(n);
    if (!g) continue;
    if (n.op === "input") result.set(n.value, g);
    else for (const [i, flow] of flows(n, g, active)) accumulate(n.args[i] as Node, flow);
  }
  return result;
}

/** What a node passes on to those of its arguments that are active. */
function flows(n: Node, g: Node, active: ReadonlySet<Node>): [number, Node][] {
  const wanted = n.args.map((arg, i) => [arg, i] as const).filter(([arg]) => active.has(arg));
  const result: [number, Node][] = [];
  if (n.custom) {
    const all = n.custom.adjoint(g, n.args, n);
    for (const [, i] of wanted) {
      const flow = all[i];
      if (flow) result.push([i, flow]);
    }
    return result;
  }
  const rules = adjoints[n.op as Primitive];
  for (const [, i] of wanted) {
    const flow = rules?.[i]?.(g, n.args as unknown as readonly [Node, Node, Node], n);
    if (flow) result.push([i, flow]);
  }
  return result;
}

/** Reads outputs of the formula instead of computing them again. Stops there: what lies below a saved value is not needed for it. */
function withSaved(root: Node, saved: ReadonlyMap<Node, Node>): Node {
  const done = new Map<Node, Node>(saved);
  const walk = (n: Node): Node => {
    let result = done.get(n);
    if (!result) {
      result = withArgs(n, n.args.map(walk));
      done.set(n, result);
    }
    return result;
  };
  return walk(root);
}
