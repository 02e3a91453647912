// The transpose of broadcasting: gradients of a broadcast operand are summed back to its shape.
import { type DType, type Shape, sum, type Tensor } from "@gradkit/tensor";
import { allocate, broadcastStrides, contiguousStrides, type Formula, sameShape, type View } from "@gradkit/tensor/recorder";

/** Dims of `shape` along which a tensor of shape `target` was repeated. */
function repeatedDims(shape: Shape, target: Shape): number[] {
  const lead = shape.length - target.length;
  const dims: number[] = [];
  for (let d = 0; d < shape.length; d++) if (d < lead || (target[d - lead] === 1 && shape[d] !== 1)) dims.push(d);
  return dims;
}

/** g summed over the dims along which `target` was broadcast. */
export function sumTo(g: Tensor, target: Shape): Tensor {
  if (sameShape(g.shape, target)) return g;
  const dims = repeatedDims(g.shape, target);
  return (dims.length > 0 ? sum(g, dims, { keepdim: true }) : g).reshape(target);
}

/** A view or saved value, spread over `shape`. */
export function spread(view: View, shape: Shape): View {
  if (sameShape(view.shape, shape)) return view;
  const { buffer, dtype, offset } = view;
  return { buffer, dtype, shape, strides: broadcastStrides(view.shape, view.strides, shape), offset };
}

/** The formula's output over `shape`, summed to `target` without ever being in memory. Not recorded. */
export function reduceTo(
  f: Formula,
  inputs: readonly View[],
  scalars: readonly number[],
  shape: Shape,
  target: Shape,
  dtype: DType,
  device: Tensor["device"],
): Tensor {
  const dims = repeatedDims(shape, target);
  const kept = shape.map((size, d) => (dims.includes(d) ? 1 : size));
  const out = allocate(device, target, dtype);
  const window: View = { buffer: out.buffer, dtype, shape: kept, strides: contiguousStrides(kept), offset: 0 };
  device.reduce(
    "sum",
    f,
    inputs.map((input) => spread(input, shape)),
    scalars,
    [window],
    dims,
  );
  return out;
}
