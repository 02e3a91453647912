// A recorded pointwise op. Its gradient is the derivative of its formula: one kernel for all inputs that were not broadcast, and one fused
// reduction for each that was.
import { type DType, isFloat, isGradEnabled, type Shape, Tensor } from "@gradkit/tensor";
import { allocate, type Derivative, mapFormula, sameShape, type View } from "@gradkit/tensor/recorder";
import { type MapRule, type PlanStep, type Role, roles } from "./map-rule.ts";
import { type Edge, type Gradients, GradNode } from "./node.ts";
import { type SavedValue, saveValue } from "./saved.ts";
import { reduceTo, spread, sumTo } from "./sum-to.ts";

export class MapNode extends GradNode {
  readonly #rule: MapRule;
  readonly #scalars: readonly number[];
  readonly #shapes: readonly Shape[];
  readonly #dtypes: readonly DType[];

  constructor(
    name: string,
    rule: MapRule,
    edges: readonly Edge[],
    slots: readonly number[],
    inputs: readonly Tensor[],
    scalars: readonly number[],
  ) {
    super(name, edges, slots);
    this.#rule = rule;
    this.#scalars = scalars;
    const [shapes, dtypes] = [new Array<Shape>(inputs.length), new Array<DType>(inputs.length)];
    for (let i = 0; i < inputs.length; i++) {
      shapes[i] = (inputs[i] as Tensor).shape;
      dtypes[i] = (inputs[i] as Tensor).dtype;
    }
    this.#shapes = shapes;
    this.#dtypes = dtypes;
  }

  /** Whether the gradient reads the value of input i. */
  reads(i: number): boolean {
    return this.#rule.inputs.includes(i);
  }

  /** Keeps what the gradient reads; once the outputs are written. */
  save(inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
    const rule = this.#rule;
    const count = rule.inputs.length + rule.outputs.length;
    if (count === 0) return;
    const saved = new Array<SavedValue>(count);
    let at = 0;
    for (const i of rule.inputs) saved[at++] = saveValue(inputs[i] as Tensor);
    for (const k of rule.outputs) saved[at++] = saveValue(outputs[k] as Tensor);
    this.saved = saved;
  }

  override gradients(incoming: Gradients, wanted: readonly boolean[]): Gradients {
    const first = incoming.find((g) => g) as Tensor;
    const role = (i: number): Role => {
      if (!wanted[i]) return roles.unwanted;
      if (!sameShape(this.#shapes[i] as Shape, first.shape)) return roles.broadcast;
      return this.#dtypes[i] === first.dtype ? roles.alike : roles.converted;
    };
    const results = new Array<Tensor | null>(wanted.length).fill(null);
    const plan = this.#rule.plan(
      this.#shapes.map((_, i) => role(i)),
      this.#rule.formula.outputs.map((_, k) => !!incoming[k]),
    );
    for (const i of plan.zeros) results[i] = allZero(first, this.#shapes[i] as Shape, this.#dtypes[i] as DType);
    for (const { input, gradient } of plan.passed) results[input] = incoming[gradient] as Tensor;
    for (const step of plan.steps) this.#run(step, incoming, first, results);
    return results;
  }

  #run({ derivative, inputs, reduce }: PlanStep, incoming: Gradients, { shape, device }: Tensor, results: (Tensor | null)[]): void {
    const dtypes = inputs.map((i) => this.#dtypes[i] as DType);
    const { formula } = derivative;
    if (isGradEnabled()) {
      const sources = this.#sources(derivative, incoming, (value, node, slot) => tensorOf(value, node, slot));
      const outputs = mapFormula(`${this.name}'s gradient`, formula, sources as Tensor[], this.#scalars, dtypes);
      inputs.forEach((i, at) => {
        results[i] = sumTo(outputs[at] as Tensor, this.#shapes[i] as Shape);
      });
      return;
    }
    const sources = this.#sources(derivative, incoming, (value) => value);
    if (reduce) {
      const [i] = inputs as [number];
      results[i] = reduceTo(formula, sources, this.#scalars, shape, this.#shapes[i] as Shape, dtypes[0] as DType, device);
      return;
    }
    const outputs = dtypes.map((dtype) => allocate(device, shape, dtype));
    device.map(
      formula,
      sources.map((source) => spread(source, shape)),
      this.#scalars,
      outputs,
    );
    inputs.forEach((i, at) => {
      results[i] = outputs[at] as Tensor;
    });
  }

  /** The arguments of a derivative: incoming gradients, and saved values as `unpack` makes them from their origin. */
  #sources(derivative: Derivative, incoming: Gradients, unpack: (value: SavedValue, edge: Edge, slot: number) => View): View[] {
    return derivative.sources.map(({ kind, index }) => {
      if (kind === "grad") return incoming[index] as Tensor;
      if (kind === "input")
        return unpack(this.read(this.#rule.inputs.indexOf(index)), this.edges[index] as Edge, this.slots[index] as number);
      return unpack(this.read(this.#rule.inputs.length + this.#rule.outputs.indexOf(index)), this, index);
    });
  }
}

/** A saved value with its place in the graph. */
export function tensorOf(value: SavedValue, edge: Edge, slot: number): Tensor {
  if (edge instanceof Tensor) return edge;
  const tensor = value.toTensor();
  if (edge && isFloat(value.dtype)) tensor.setHistory(edge, slot);
  return tensor;
}

/** Zeros without memory of their own size. */
const allZero = (like: Tensor, shape: Shape, dtype: DType): Tensor => like.newZeros([], { dtype }).expand(shape);
