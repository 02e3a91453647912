// Running a formula over tensors: broadcast, allocate, one kernel, tell the recorder. Every pointwise op, gradient and optimizer step ends here.
import type { View } from "../backend.ts";
import { commonDevice } from "../device.ts";
import type { DType } from "../dtype.ts";
import { formatShape, GradientError, ShapeError } from "../errors.ts";
import type { Formula } from "../formula/nodes.ts";
import { needsGrad, recorder } from "../grad-mode.ts";
import { broadcastStrides, commonShape, type Shape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { contiguousStrides, isContiguous } from "../view.ts";
import { allocate } from "./dispatch.ts";

/** The tensor as a view of another shape, stride 0 along broadcast dims. */
export function broadcastView(tensor: Tensor, shape: Shape): View {
  if (sameShape(tensor.shape, shape)) return tensor;
  return {
    buffer: tensor.buffer,
    dtype: tensor.dtype,
    shape,
    strides: broadcastStrides(tensor.shape, tensor.strides, shape),
    offset: tensor.offset,
  };
}

/** The tensors as views of one shape. */
export function broadcastViews(tensors: readonly Tensor[], shape: Shape): readonly View[] {
  for (let i = 0; i < tensors.length; i++)
    if (!sameShape((tensors[i] as Tensor).shape, shape)) return tensors.map((tensor) => broadcastView(tensor, shape));
  return tensors;
}

/** Row-major strides: the first input's own list, where it has them, as mostly. */
const resultStrides = (input: Tensor, shape: Shape): readonly number[] =>
  input.shape === shape && isContiguous(input, true) ? input.strides : contiguousStrides(shape);

/** Outputs of `formula` on tensors that broadcast against each other; one dtype per output. */
export function mapFormula(
  name: string,
  formula: Formula,
  inputs: readonly Tensor[],
  scalars: readonly number[],
  dtypes: readonly DType[],
): Tensor[] {
  const device = commonDevice(name, inputs);
  const shape = commonShape(name, inputs);
  const outputs = new Array<Tensor>(dtypes.length);
  const strides = resultStrides(inputs[0] as Tensor, shape);
  for (let k = 0; k < outputs.length; k++) outputs[k] = allocate(device, shape, dtypes[k] as DType, name, strides);
  device.map(formula, broadcastViews(inputs, shape), scalars, outputs);
  if (needsGrad(inputs)) recorder(name).recordMap(name, formula, inputs, scalars, outputs);
  return outputs;
}

/** Writes the single output of `formula` over `target`, which may be among the inputs; they broadcast to it. */
export function mapInPlace(name: string, formula: Formula, target: Tensor, inputs: readonly Tensor[], scalars: readonly number[]): Tensor {
  const device = commonDevice(name, [target, ...inputs]);
  const shape = commonShape(name, [target, ...inputs]);
  if (!sameShape(shape, target.shape)) {
    throw new ShapeError(
      name,
      `the result ${formatShape(shape)} does not fit in place into ${formatShape(target.shape)}. Use the op without _`,
    );
  }
  checkWritable(name, target);
  const recorded = needsGrad([target, ...inputs]);
  if (recorded && target.requiresGrad && target.isLeaf) {
    throw new GradientError(name, "a leaf that requires grad cannot be changed in place. Do it inside noGrad(), as optimizers do");
  }
  const finish = recorded ? recorder(name).recordInPlace(name, target, formula, inputs, scalars) : null;
  const views = inputs.map((input) => (overlaps(input, target) ? disjointOrThrow(name, input, target) : broadcastView(input, shape)));
  device.map(formula, views, scalars, [target]);
  target.storage.version++;
  finish?.();
  return target;
}

/** Expanded dims make several elements one place in memory: nothing may be written there. */
export function checkWritable(name: string, target: Tensor): void {
  const { shape, strides } = target;
  for (let d = 0; d < shape.length; d++) {
    if (strides[d] !== 0 || (shape[d] as number) <= 1 || target.numel === 0) continue;
    throw new ShapeError(
      name,
      `several elements of ${formatShape(target.shape)} share one place in memory (an expanded tensor). Write to a clone()`,
    );
  }
}

/** Whether both touch one storage in different ways: reading one while writing the other would see half-written values. */
function overlaps(input: Tensor, target: Tensor): boolean {
  if (input.storage !== target.storage) return false;
  return !(input.offset === target.offset && sameShape(input.shape, target.shape) && sameShape(input.strides, target.strides));
}

/** Lowest and highest element that a tensor touches. */
function extent({ shape, strides, offset }: Tensor): [number, number] {
  let [low, high] = [offset, offset];
  shape.forEach((size, d) => {
    const reach = (size - 1) * (strides[d] as number);
    if (reach < 0) low += reach;
    else high += reach;
  });
  return [low, high];
}

function disjointOrThrow(name: string, input: Tensor, target: Tensor): View {
  const [aLow, aHigh] = extent(input);
  const [bLow, bHigh] = extent(target);
  if (aHigh < bLow || bHigh < aLow) return broadcastView(input, target.shape);
  throw new ShapeError(name, "an operand partly overlaps the memory that is written. clone() the operand first");
}
