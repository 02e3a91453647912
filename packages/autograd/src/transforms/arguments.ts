// How transforms differentiate: with respect to arguments of a function, not to leaves that the user marked.
import { enableGrad, GradientError, isGradEnabled, Tensor, zerosLike } from "@gradkit/tensor";
import { grad } from "../grad.ts";

export interface TransformOptions {
  /**
   * Record the derivatives themselves, so that they can be differentiated. Default: where an argument is the output of a recorded op, as it is
   * inside another transform.
   */
  createGraph?: boolean;
}

/** The argument as an output of its own: a transform inside sees that it is to record, and an outer graph goes on through it. */
export function traced(x: Tensor): Tensor {
  const source = x.requiresGrad && isGradEnabled() ? x : x.detach().requiresGrad_();
  return enableGrad(() => source.view(x.shape));
}

/** Whether derivatives with respect to these arguments are to be recorded. */
export const shouldRecord = (args: readonly unknown[], { createGraph }: TransformOptions): boolean =>
  createGraph ?? (isGradEnabled() && args.some((arg) => arg instanceof Tensor && arg.requiresGrad && !arg.isLeaf));

/** What a function gave, out of the graph unless that is to go on. */
export const delivered = (x: Tensor, recording: boolean): Tensor => (recording || !x.requiresGrad ? x : x.detach());

/** As those of `grad`; what a graph saved is released with it unless it is retained. */
interface GraphModes {
  readonly createGraph: boolean;
  readonly retainGraph?: boolean;
}

/** cotangentsᵀ · Jacobian: a gradient for each input, zeros where the outputs do not depend on it. */
export function pullBack(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  cotangents: readonly (Tensor | null)[],
  { createGraph, retainGraph = createGraph }: GraphModes,
): Tensor[] {
  const dependent = outputs.flatMap((output, k) => (output.requiresGrad ? [k] : []));
  if (dependent.length === 0) return inputs.map((input) => zerosLike(input));
  const found = grad(
    dependent.map((k) => outputs[k] as Tensor),
    inputs,
    { gradOutputs: dependent.map((k) => cotangents[k] ?? null), createGraph, retainGraph, allowUnused: true },
  );
  return found.map((gradient, i) => gradient ?? zerosLike(inputs[i] as Tensor));
}

/** Throws unless a function gave one element. */
export function checkScalar(op: string, y: Tensor): void {
  if (!(y instanceof Tensor) || y.numel !== 1)
    throw new GradientError(
      op,
      `the function must give one element (got ${y instanceof Tensor ? `[${y.shape.join(", ")}]` : typeof y}). Sum what it gives`,
    );
}
