// The form of a gradient rule (a vector-Jacobian product) of a structured op.
import type { DType, Shape, Tensor } from "@gradkit/tensor";

/** Which values a gradient reads, by number. */
export interface Reads {
  readonly inputs?: readonly number[];
  readonly outputs?: readonly number[];
}

/** What is known of an input without saving it. */
export interface InputInfo {
  readonly shape: Shape;
  readonly strides: Shape;
  readonly dtype: DType;
  readonly device: Tensor["device"];
}

/** The recorded call, as a rule sees it. */
export interface Call<Attrs, Functions = unknown> {
  readonly attrs: Attrs;
  /** The op's `gradientFunctions`. */
  readonly functions: Functions;
  readonly inputs: readonly (InputInfo | null)[];
  /** Whether the gradient of input i is asked for. */
  wants(i: number): boolean;
  /** The value of an input or output that `reads` names for a wanted gradient. */
  input(i: number): Tensor;
  output(k: number): Tensor;
}

export interface Vjp<Attrs, Functions = unknown> {
  /** reads[i] is what the gradient of input i needs; nothing where there is no entry. Only this is saved. */
  readonly reads: readonly Reads[];
  /** How many of the outputs, from the first, can have a gradient. Default: all floats. */
  readonly differentiable?: number;
  /** From the gradient of the first output to those of the inputs, in public ops, so that second derivatives exist. Null: none, or not wanted. */
  gradients(g: Tensor, call: Call<Attrs, Functions>): readonly (Tensor | null)[];
}

export const infoOf = (call: Call<unknown>, i: number): InputInfo => call.inputs[i] as InputInfo;
