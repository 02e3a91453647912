// The one point through which every structured op goes: check, allocate, run the kernel or the decomposition, tell the recorder.
import type { Backend } from "../backend.ts";
import { commonDevice } from "../device.ts";
import { type DType, dtypeInfo } from "../dtype.ts";
import { UnsupportedError } from "../errors.ts";
import { isGradEnabled, needsGrad, noGrad, recorder } from "../grad-mode.ts";
import { scope } from "../lifetime.ts";
import { castTogether, operandCasts } from "../operand-casts.ts";
import { Storage } from "../storage.ts";
import { Tensor } from "../tensor.ts";
import { contiguousStrides, numel } from "../view.ts";
import type { StructuredOpName } from "./index.ts";
import type { Vjp } from "./vjp.ts";

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
  /** The rule of its gradient, unless that stands in autograd's table. */
  readonly vjp?: Vjp<Attrs>;
}

/**
 * Uninitialised memory: for outputs that a kernel is about to fill. Allocate before plain views are made of tensors: a view alone does not hold
 * its memory, and here the collector may run. `strides` are row-major too, of whoever has the list.
 */
export function allocate(
  device: Backend,
  shape: readonly number[],
  dtype: DType,
  op: string | null = null,
  strides: readonly number[] = contiguousStrides(shape),
): Tensor {
  if (dtype !== "float32" && !device.capabilities.dtypes.has(dtype)) {
    throw new UnsupportedError(
      "allocate",
      `the ${device.name} backend has no ${dtype}. It has ${[...device.capabilities.dtypes].join(", ")}`,
    );
  }
  const storage = new Storage(device, numel(shape) * dtypeInfo(dtype).bytes);
  storage.describe(op, shape, dtype);
  return new Tensor(storage, dtype, shape, strides, 0);
}

export function applyOp<Attrs>(op: StructuredOp<Attrs>, inputs: Inputs, attrs: Attrs): readonly Tensor[] {
  const casts = operandCasts();
  if (casts) return castTogether(casts, op, inputs, applyOp<Attrs>, attrs);
  const device = commonDevice(op.name, inputs);
  const specs = op.infer(inputs, attrs);
  const outputs = runKernel(op, device, specs, inputs, attrs) ?? decomposed(op, inputs, attrs);
  if (!outputs)
    throw new UnsupportedError(op.name, `the ${device.name} backend has no kernel for ${specs[0]?.dtype}, and the op no decomposition`);
  if (needsGrad(inputs)) recorder(op.name).recordOp(op, inputs, attrs, outputs);
  return outputs;
}

function runKernel<Attrs>(
  op: StructuredOp<Attrs>,
  device: Backend,
  specs: readonly OutputSpec[],
  inputs: Inputs,
  attrs: Attrs,
): readonly Tensor[] | null {
  if (!op.run) return null;
  const outputs = new Array<Tensor>(specs.length);
  for (let k = 0; k < outputs.length; k++) {
    const { shape, dtype } = specs[k] as OutputSpec;
    outputs[k] = allocate(device, shape, dtype, op.name);
  }
  if (op.run(device, inputs, outputs, attrs)) return outputs;
  for (const output of outputs) output.dispose();
  return null;
}

/** Apart from `applyOp`: a function that makes closures makes their surroundings at each call. */
const decomposed = <Attrs>(op: StructuredOp<Attrs>, inputs: Inputs, attrs: Attrs): readonly Tensor[] | undefined =>
  op.decompose && noGrad(() => scope(() => op.decompose?.(inputs, attrs)));

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
