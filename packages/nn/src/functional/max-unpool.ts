// The reverse of max-pooling: values go back to where they came from, zeros everywhere else.
import { formatShape, type Shape, ShapeError, scatter, scope, type Tensor } from "@gradkit/tensor";

export interface MaxUnpoolOptions {
  /** Default: kernelSize. */
  stride?: number | Shape | null;
  /** Default: 0. */
  padding?: number | Shape;
  /** Spatial sizes of the output (or its whole shape), where several sizes are pooled to the input's. */
  outputSize?: Shape | null;
}

const spread = (value: number | Shape, dims: number): Shape => (typeof value === "number" ? new Array<number>(dims).fill(value) : value);

/** What pooling came from: the smallest size, or the one that was asked for, within a stride of it. */
function unpooledSize(op: string, x: Tensor, dims: number, kernelSize: number | Shape, options: MaxUnpoolOptions): Shape {
  const kernel = spread(kernelSize, dims);
  const stride = spread(options.stride ?? kernel, dims);
  const padding = spread(options.padding ?? 0, dims);
  const smallest = x.shape
    .slice(-dims)
    .map((size, i) => (size - 1) * (stride[i] as number) + (kernel[i] as number) - 2 * (padding[i] as number));
  if (!options.outputSize) return smallest;
  const wanted = options.outputSize.slice(-dims);
  const allowed = wanted.every((size, i) => Math.abs(size - (smallest[i] as number)) < (stride[i] as number));
  const lengths = [dims, dims + 1, dims + 2];
  if (allowed && lengths.includes(options.outputSize.length)) return wanted;
  throw new ShapeError(
    op,
    `outputSize ${formatShape(options.outputSize)} must be within stride ${formatShape(stride)} of ${formatShape(smallest)}`,
  );
}

function maxUnpoolNd(op: string, dims: number, x: Tensor, indices: Tensor, kernelSize: number | Shape, options: MaxUnpoolOptions): Tensor {
  if (x.ndim !== dims + 1 && x.ndim !== dims + 2)
    throw new ShapeError(op, `expected x with ${dims + 2} dims, or ${dims + 1} without batch (got ${formatShape(x.shape)})`);
  if (formatShape(indices.shape) !== formatShape(x.shape))
    throw new ShapeError(op, `x and indices must have one shape (got ${formatShape(x.shape)} and ${formatShape(indices.shape)})`);
  const size = unpooledSize(op, x, dims, kernelSize, options);
  const lead = x.shape.slice(0, -dims);
  const places = size.reduce((product, length) => product * length, 1);
  return scope(() => {
    const flat = (values: Tensor): Tensor => values.reshape([...lead, values.shape.slice(-dims).reduce((a, b) => a * b, 1)]);
    return scatter(x.newZeros([...lead, places]), -1, flat(indices), flat(x)).reshape([...lead, ...size]);
  });
}

/** x and the indices that `maxPool1dWithIndices` gave, [N, C, L] or [C, L] → [N, C, L']. */
export const maxUnpool1d = (x: Tensor, indices: Tensor, kernelSize: number | Shape, options: MaxUnpoolOptions = {}): Tensor =>
  maxUnpoolNd("maxUnpool1d", 1, x, indices, kernelSize, options);
/** x and the indices that `maxPool2dWithIndices` gave, [N, C, H, W] or [C, H, W] → [N, C, H', W']. */
export const maxUnpool2d = (x: Tensor, indices: Tensor, kernelSize: number | Shape, options: MaxUnpoolOptions = {}): Tensor =>
  maxUnpoolNd("maxUnpool2d", 2, x, indices, kernelSize, options);
/** x and the indices that `maxPool3dWithIndices` gave, [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W']. */
export const maxUnpool3d = (x: Tensor, indices: Tensor, kernelSize: number | Shape, options: MaxUnpoolOptions = {}): Tensor =>
  maxUnpoolNd("maxUnpool3d", 3, x, indices, kernelSize, options);
