// Ops whose gradient the user writes.
import { formatShape, GradientError, isGradEnabled, noGrad, type Shape, Tensor, zeros } from "@gradkit/tensor";
import { needsGrad, sameShape, untracked } from "@gradkit/tensor/recorder";
import { tensorOf } from "./map-node.ts";
import { type Edge, type Gradients, GradNode } from "./node.ts";
import { saveValue } from "./saved.ts";
import { edgeOf } from "./view-history.ts";

/** What forward leaves for backward. */
export interface FunctionContext<Args extends readonly unknown[] = readonly unknown[]> {
  /** The arguments that are no tensors; null in the place of tensors. */
  readonly args: { readonly [K in keyof Args]: Args[K] extends Tensor ? null : Args[K] };
  /** Whether argument i asks for a gradient. */
  readonly needsInputGrad: readonly boolean[];
  /** In forward: keeps tensors until backward. Arguments and results keep their place in the graph, so that second derivatives exist. */
  saveForBackward(...tensors: Tensor[]): void;
  /** In backward: what was saved. */
  readonly savedTensors: readonly Tensor[];
}

export interface CustomFunctionOptions {
  /**
   * Whether backward keeps nothing: the gradients and saved values that it is given, and what it makes and does not return, are released when it
   * ends. Otherwise they are the collector's. Default: false.
   */
  scoped?: boolean;
}

/** A gradient for each argument, of its shape; null for what has none. Alone where there is one argument. */
export type CustomGradients = Tensor | null | readonly (Tensor | null)[];

/**
 * Makes an op of a forward and a backward function, as torch.autograd.Function. Forward is not recorded; backward gets a gradient for each result
 * (zeros where none arrived) and gives one for each argument. Written in tensor ops, it has second derivatives. Throws a GradientError when
 * backward gives a wrong number of gradients or a wrong shape.
 *
 * @example
 * const roundStraightThrough = customFunction("round", (_ctx, x: Tensor) => x.round(), (_ctx, g) => g);
 */
export function customFunction<Args extends readonly unknown[], Output extends Tensor | readonly Tensor[]>(
  name: string,
  forward: (ctx: FunctionContext<Args>, ...args: Args) => Output,
  backward: (ctx: FunctionContext<Args>, ...gradients: Tensor[]) => CustomGradients,
  { scoped = false }: CustomFunctionOptions = {},
): (...args: Args) => Output {
  return (...args) => {
    const inputs = args.map((arg) => (arg instanceof Tensor ? arg : null));
    const recording = needsGrad(inputs);
    const toSave: Tensor[] = [];
    const context: FunctionContext<Args> = {
      args: args.map((arg) => (arg instanceof Tensor ? null : arg)) as FunctionContext<Args>["args"],
      needsInputGrad: inputs.map((input) => recording && input?.requiresGrad === true),
      saveForBackward: (...tensors) => void toSave.push(...tensors),
      savedTensors: [],
    };
    const result = noGrad(() => forward(context, ...args));
    if (!recording) return result;
    const results: readonly Tensor[] = result instanceof Tensor ? [result] : result;
    const outputs = results.map((output) => (output.requiresGrad ? output.detach() : output)); // such as an argument, passed through
    const backwardOf: Backward = (saved, gradients) => backward({ ...context, savedTensors: saved }, ...gradients);
    new CustomNode(name, inputs, toSave, results, outputs, backwardOf, scoped).attach(outputs);
    return (result instanceof Tensor ? outputs[0] : outputs) as Output;
  };
}

type Backward = (saved: readonly Tensor[], gradients: readonly Tensor[]) => CustomGradients;

class CustomNode extends GradNode {
  readonly #backward: Backward;
  readonly #scoped: boolean;
  readonly #shapes: readonly (Shape | null)[]; // of the inputs
  readonly #outputs: readonly Like[];
  /** Where each saved tensor stands in the graph. */
  readonly #places: readonly { readonly edge: Edge; readonly slot: number }[];

  constructor(
    name: string,
    inputs: readonly (Tensor | null)[],
    toSave: readonly Tensor[],
    results: readonly Tensor[],
    outputs: readonly Tensor[],
    backward: Backward,
    scoped: boolean,
  ) {
    const edges = inputs.map((input) => input && edgeOf(input));
    const slots = inputs.map((input) => input?.outputIndex ?? 0);
    super(name, edges, slots);
    this.#backward = backward;
    this.#scoped = scoped;
    this.#shapes = inputs.map((input) => input?.shape ?? null);
    this.#outputs = outputs.map(({ shape, dtype, device }) => ({ shape, dtype, device }));
    this.#places = toSave.map((tensor) => {
      const input = inputs.indexOf(tensor);
      if (input >= 0) return { edge: edges[input] ?? null, slot: slots[input] as number };
      const output = results.indexOf(tensor);
      return output >= 0 ? { edge: this, slot: output } : { edge: null, slot: 0 };
    });
    if (toSave.length > 0) this.saved = toSave.map(saveValue);
  }

  /** What the user gets may be kept by him, unless he says otherwise: it is outside all scopes, and its memory is not written into. */
  override gradients(incoming: Gradients, wanted: readonly boolean[]): Gradients {
    const outside = this.#scoped ? <T>(fn: () => T): T => fn() : untracked;
    const handle = this.#scoped ? (g: Tensor): Tensor => g : lend;
    const saved = this.#places.map(({ edge, slot }, at) => outside(() => tensorOf(this.read(at), edge, slot)));
    const given = this.#outputs.map((output, k) => outside(() => handle(incoming[k] ?? zerosOf(output))));
    const returned = outside(() => this.#backward(saved, given));
    const list: readonly (Tensor | null)[] = returned === null || returned instanceof Tensor ? [returned] : returned;
    if (list.length !== this.#shapes.length) {
      throw new GradientError(
        this.name,
        `backward gave ${list.length} gradients for ${this.#shapes.length} arguments. Give one each, null where there is none`,
      );
    }
    return list.map((g, i) => {
      const shape = this.#shapes[i];
      if (!g || !shape || !wanted[i]) return null;
      if (!sameShape(g.shape, shape)) {
        throw new GradientError(
          this.name,
          `backward gave argument ${i} a gradient of another shape (got ${formatShape(g.shape)} for ${formatShape(shape)})`,
        );
      }
      return handle(g);
    });
  }
}

interface Like extends Pick<Tensor, "shape" | "dtype" | "device"> {}

const zerosOf = ({ shape, dtype, device }: Like): Tensor => zeros(shape, { dtype, device });

/** Another handle, unless it must be part of a new graph. */
const lend = (g: Tensor): Tensor => (isGradEnabled() ? g : g.detach());
