// Max-pooling over windows whose places are drawn (Graham 2014, "Fractional max-pooling").
import {
  arange,
  formatShape,
  type Generator,
  IndexError,
  rand,
  type Shape,
  ShapeError,
  scope,
  type Tensor,
  type ValuesAndIndices,
} from "@gradkit/tensor";
import { perDim } from "../per-dim.ts";

export interface FractionalMaxPoolOptions {
  /** How many windows along each dim. Give this or outputRatio. */
  outputSize?: number | Shape | null;
  /** The same as a part of the input's size, between 0 and 1. */
  outputRatio?: number | Shape | null;
  /** Numbers in [0, 1) that place the windows, [N, C, 2] (in 3d [N, C, 3]): for tests. Default: drawn. */
  _randomSamples?: Tensor | null;
  /** Default: the default generator. */
  generator?: Generator;
}

function sizesOf(op: string, input: Shape, { outputSize = null, outputRatio = null }: FractionalMaxPoolOptions): readonly number[] {
  if ((outputSize === null) === (outputRatio === null)) throw new IndexError(op, "give one of outputSize and outputRatio");
  if (outputSize !== null) return perDim(op, outputSize, input.length, "outputSize");
  const ratios = perDim(op, outputRatio as number | Shape, input.length, "outputRatio");
  if (ratios.some((ratio) => !(ratio > 0 && ratio < 1)))
    throw new IndexError(op, `outputRatio must be between 0 and 1 (got ${formatShape(ratios)})`);
  return ratios.map((ratio, d) => Math.floor((input[d] as number) * ratio));
}

/** Where windows start along one dim: int32 [N, C, windows]. The last one ends with the input; the others are spread by the sample, as torch. */
function starts(samples: Tensor, size: number, kernel: number, windows: number): Tensor {
  const slack = size - kernel;
  const step = windows > 1 ? slack / (windows - 1) : 0;
  const number = arange(windows, { dtype: samples.dtype, device: samples.device });
  const u = samples.unsqueeze(-1); // [N, C, 1]
  const spread = number.add(u).mul(step).trunc().sub(u.mul(step).trunc());
  return spread.where(number.lt(windows - 1), slack).to("int32");
}

/** One dim of positions within windows, put on axis `axis` of 2·dims: [N, C, …windows, …kernel]. */
function alongAxis(first: Tensor, kernel: number, dim: number, dims: number): Tensor {
  const at = first.unsqueeze(-1).add(arange(kernel, { device: first.device })); // [N, C, windows, kernel]
  const shape = new Array<number>(2 * dims).fill(1);
  shape[dim] = at.shape[2] as number;
  shape[dims + dim] = kernel;
  return at.reshape(...at.shape.slice(0, 2), ...shape);
}

function pooled(op: string, dims: number, input: Tensor, kernel: number | Shape, options: FractionalMaxPoolOptions): ValuesAndIndices {
  const x = input.ndim === dims + 1 ? input.unsqueeze(0) : input;
  if (x.ndim !== dims + 2 || x.shape.indexOf(0, 1) > 0)
    throw new ShapeError(op, `expected x with ${dims + 2} dims, or ${dims + 1} without batch, none but the batch empty (got ${formatShape(input.shape)})`); // biome-ignore format: a message
  const plane = x.shape.slice(2);
  const kernelSize = perDim(op, kernel, dims, "kernelSize");
  const windows = sizesOf(op, plane, options);
  const spare = dims === 2 ? 0 : 1; // torch asks for one more along the dims of a volume
  const fits = plane.every((size, d) => {
    const [k, count] = [kernelSize[d] as number, windows[d] as number];
    return k >= 1 && count >= 1 && count + k - 1 + spare <= size;
  });
  if (!fits) throw new ShapeError(op, `${formatShape(windows)} windows of ${formatShape(kernelSize)} do not fit in ${formatShape(plane)}`);
  const [n, c] = x.shape as [number, number];
  const samples =
    options._randomSamples ?? rand([n, c, dims], { device: x.device, ...(options.generator && { generator: options.generator }) });
  if (samples.ndim !== 3 || samples.shape[0] !== n || samples.shape[1] !== c || samples.shape[2] !== dims)
    throw new ShapeError(op, `_randomSamples must be [${n}, ${c}, ${dims}] (got ${formatShape(samples.shape)})`);
  return scope(() => {
    let positions: Tensor | null = null; // within the plane: [N, C, …windows, …kernel]
    for (let d = 0; d < dims; d++) {
      const sample = samples.select(-1, dims === 2 ? 1 - d : d); // torch takes the first sample for the width of a picture, for the depth of a volume
      const at = alongAxis(
        starts(sample, plane[d] as number, kernelSize[d] as number, windows[d] as number),
        kernelSize[d] as number,
        d,
        dims,
      );
      positions = positions ? positions.mul(plane[d] as number).add(at) : at;
    }
    const shape = [n, c, ...windows];
    const flat = (positions as Tensor).reshape(n, c, -1);
    const elements = x
      .reshape(n, c, -1)
      .gather(2, flat)
      .reshape(...shape, -1);
    const { values, indices } = elements.max(-1);
    const found = flat
      .reshape(...shape, -1)
      .gather(-1, indices.unsqueeze(-1))
      .squeeze(-1);
    const back = (y: Tensor): Tensor => (x === input ? y : y.squeeze(0));
    return { values: back(values), indices: back(found) };
  });
}

/**
 * The maximum of each of the windows, that overlap or not as drawn: x [N, C, H, W] or [C, H, W]. Throws a ShapeError where the windows do not fit.
 *
 * @example
 * fractionalMaxPool2d(randn([1, 16, 50, 32]), 3, { outputRatio: 0.5 }); // [1, 16, 25, 16]
 */
export const fractionalMaxPool2d = (x: Tensor, kernelSize: number | Shape, options: FractionalMaxPoolOptions): Tensor =>
  scope(() => pooled("fractionalMaxPool2d", 2, x, kernelSize, options).values);
/** As fractionalMaxPool2d, with the positions of the maxima within the plane. */
export const fractionalMaxPool2dWithIndices = (
  x: Tensor,
  kernelSize: number | Shape,
  options: FractionalMaxPoolOptions,
): ValuesAndIndices => pooled("fractionalMaxPool2d", 2, x, kernelSize, options);
/** The maximum of each of the windows: x [N, C, D, H, W] or [C, D, H, W]. */
export const fractionalMaxPool3d = (x: Tensor, kernelSize: number | Shape, options: FractionalMaxPoolOptions): Tensor =>
  scope(() => pooled("fractionalMaxPool3d", 3, x, kernelSize, options).values);
/** As fractionalMaxPool3d, with the positions of the maxima within the volume. */
export const fractionalMaxPool3dWithIndices = (
  x: Tensor,
  kernelSize: number | Shape,
  options: FractionalMaxPoolOptions,
): ValuesAndIndices => pooled("fractionalMaxPool3d", 3, x, kernelSize, options);
