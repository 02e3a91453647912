// The one point through which every structured op goes: check, allocate, run the kernel or the decomposition, tell the recorder.
import type { Backend } from "../backend.ts";
import { commonDevice } from "../device.ts";
import { type DType, dtypes } from "../dtype.ts";
import { UnsupportedError } from "../errors.ts";
import { isGradEnabled, needsGrad, noGrad, recorder } from "../grad-mode.ts";
import { scope } from "../lifetime.ts";
import { castTogether, operandCasts } from "../operand-casts.ts";
import { Storage } from "../storage.ts";
import { Tensor } from "../tensor.ts";
import { contiguousStrides, numel } from "../view.ts";
import type { StructuredOpName } from "./index.ts";

export interface OutputSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

export type Inputs = readonly (Tensor | null)[];

/** An op with kernels. Attributes are plain data: a recorder may keep them. */
export interface StructuredOp<Attrs> {
  readonly name: StructuredOpName;
  /** Shape and dtype of each output. Throws ShapeError and DTypeError: kernels check nothing. */
  infer(inputs: Inputs, attrs: Attrs): readonly OutputSpec[];
  /** Fills the outputs; false where this backend has no kernel for these arguments. */
  run?(device: Backend, inputs: Inputs, outputs: readonly Tensor[], attrs: Attrs): boolean;
  /** The same in terms of other ops. */
  decompose?(inputs: Inputs, attrs: Attrs): readonly Tensor[];
  /** Functions that its gradient is made of. The rule finds them here: a program that never calls the op does not carry them. */
  readonly gradientFunctions?: unknown;
}

/**
 * Uninitialised memory: for outputs that a kernel is about to fill. Allocate before plain views are made of tensors: a view alone does not hold
 * its memory, and here the collector may run.
 */
export function allocate(device: Backend, shape: readonly number[], dtype: DType, op: string | null = null): Tensor {
  if (!device.capabilities.dtypes.has(dtype)) {
    throw new UnsupportedError(
      "allocate",
      `the ${device.name} backend has no ${dtype}. It has ${[...device.capabilities.dtypes].join(", ")}`,
    );
  }
  const storage = new Storage(device, numel(shape) * dtypes[dtype].bytes);
  storage.describe(op, shape, dtype);
  return new Tensor(storage, dtype, shape, contiguousStrides(shape), 0);
}

export function applyOp<Attrs>(op: StructuredOp<Attrs>, inputs: Inputs, attrs: Attrs): readonly Tensor[] {
  const casts = operandCasts();
  if (casts) return castTogether(casts, op.name, inputs, (cast) => applyOp(op, cast, attrs));
  const device = commonDevice(op.name, inputs);
  const specs = op.infer(inputs, attrs);
  let outputs: readonly Tensor[] | null = null;
  if (op.run) {
    outputs = specs.map(({ shape, dtype }) => allocate(device, shape, dtype, op.name));
    if (!op.run(device, inputs, outputs, attrs)) {
      for (const output of outputs) output.dispose();
      outputs = null;
    }
  }
  if (!outputs) {
    const { decompose } = op;
    if (!decompose)
      throw new UnsupportedError(op.name, `the ${device.name} backend has no kernel for ${specs[0]?.dtype}, and the op no decomposition`);
    outputs = noGrad(() => scope(() => decompose(inputs, attrs)));
  }
  if (needsGrad(inputs)) recorder(op.name).recordOp(op, inputs, attrs, outputs);
  return outputs;
}

/** An op that only looks at the same memory in another way. */
export interface ViewSpec {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Makes a view, remembers its base (a view made under noGrad stays outside the graph), and records it. */
export function applyView<Attrs>(name: StructuredOpName, input: Tensor, attrs: Attrs, { shape, strides, offset }: ViewSpec): Tensor {
  const view = new Tensor(input.storage, input.dtype, shape, strides, offset);
  if (isGradEnabled()) view.base = input.base ?? input;
  if (needsGrad([input])) recorder(name).recordOp({ name }, [input], attrs, [view]);
  return view;
}
