// The form of a gradient rule (a vector-Jacobian product) of a structured op. Rules stand in autograd, in one table; those of ops that few programs
// call come with the op, so that a program without it does not carry them.
import type { Backend } from "../backend.ts";
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

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
  readonly device: Backend;
}

/** The recorded call, as a rule sees it. */
export interface Call<Attrs> {
  readonly attrs: Attrs;
  readonly inputs: readonly (InputInfo | null)[];
  /** Whether the gradient of input i is asked for. */
  wants(i: number): boolean;
  /** The value of an input or output that `reads` names for a wanted gradient. */
  input(i: number): Tensor;
  output(k: number): Tensor;
}

export interface Vjp<Attrs> {
  /** reads[i] is what the gradient of input i needs; nothing where there is no entry. Only this is saved, as far as it was given or made. */
  readonly reads: readonly Reads[];
  /** How many of the outputs, from the first, can have a gradient. Default: all floats. */
  readonly differentiable?: number;
  /** From the gradient of the first output to those of the inputs, in public ops, so that second derivatives exist. Null: none, or not wanted. */
  gradients(g: Tensor, call: Call<Attrs>): readonly (Tensor | null)[];
}

export const infoOf = (call: Call<unknown>, i: number): InputInfo => call.inputs[i] as InputInfo;
