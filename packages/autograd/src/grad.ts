// The functions that users call for gradients; `tensor.backward()` leads here as well.
import { type BackwardOptions, formatShape, GradientError, type Tensor } from "@gradkit/tensor";
import { track } from "@gradkit/tensor/recorder";
import { gradientsOf, type Root, runBackward } from "./backward.ts";

type OneOrMore = Tensor | readonly Tensor[];
/** A gradient for each output; null for 1. */
type GradOutputs = Tensor | readonly (Tensor | null)[] | null;

const list = (tensors: OneOrMore): readonly Tensor[] => (Array.isArray(tensors) ? tensors : [tensors as Tensor]);

function rootsOf(op: string, outputs: OneOrMore, gradients: GradOutputs): Root[] {
  const tensors = list(outputs);
  const given = (Array.isArray(gradients) ? gradients : [gradients]) as readonly (Tensor | null)[];
  if (gradients && given.length !== tensors.length)
    throw new GradientError(op, `${given.length} gradients for ${tensors.length} outputs. Pass one each, or null for 1`);
  return tensors.map((tensor, i) => ({ tensor, gradient: given[i] ?? null }));
}

/**
 * Computes gradients of one or several tensors and adds them to the `grad` of the leaves they were made from. `gradients` holds one for each
 * tensor; a single element needs none. Throws a GradientError for a freed graph, a value that was changed in place, or no graph at all.
 *
 * @example
 * backward([loss1, loss2]);
 */
export function backward(tensors: OneOrMore, gradients: GradOutputs = null, options: BackwardOptions = {}): void {
  runBackward(rootsOf("backward", tensors, gradients), options);
}

export interface GradOptions {
  /** One for each output, of its shape; a single element needs none. */
  gradOutputs?: GradOutputs;
  /** Keep the graph for another backward. Default: the value of `createGraph`. */
  retainGraph?: boolean;
  /** Record the backward pass itself, for second derivatives. Default: false. */
  createGraph?: boolean;
  /** Give null for an input that the outputs do not depend on, instead of throwing. Default: false. */
  allowUnused?: boolean;
}

type Inputs = readonly Tensor[];
type GradientsFor<I extends Inputs | Tensor, G> = I extends Inputs ? { -readonly [K in keyof I]: G } : [G];

/**
 * Gradients of the outputs with respect to the inputs, in their order and of their shapes; no `grad` is touched. Throws a GradientError for an
 * input that the outputs do not depend on.
 *
 * @example
 * const [dw, db] = grad(loss, [w, b]);
 */
export function grad<const I extends Inputs | Tensor>(
  outputs: OneOrMore,
  inputs: I,
  options: GradOptions & { allowUnused: true },
): GradientsFor<I, Tensor | null>;
export function grad<const I extends Inputs | Tensor>(
  outputs: OneOrMore,
  inputs: I,
  options?: GradOptions & { allowUnused?: false },
): GradientsFor<I, Tensor>;
export function grad(
  outputs: OneOrMore,
  inputs: OneOrMore,
  { gradOutputs = null, allowUnused = false, ...modes }: GradOptions = {},
): unknown {
  const gradients = gradientsOf(rootsOf("grad", outputs, gradOutputs), list(inputs), modes);
  gradients.forEach((gradient, i) => {
    if (gradient) track(gradient);
    else if (!allowUnused) {
      throw new GradientError(
        "grad",
        `the outputs do not depend on input ${i} (got ${formatShape((list(inputs)[i] as Tensor).shape)}). Pass { allowUnused: true } to get null for it`,
      );
    }
  });
  return gradients;
}
