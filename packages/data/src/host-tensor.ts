// A sample before any device sees it: numbers in a typed array, and their shape. File formats make them, transforms map them, collation uploads them.
import { type DType, ShapeError, type Tensor, tensor } from "@gradkit/tensor";

/** Typed arrays that samples may hold. */
export type HostArray = Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint16Array | Uint8Array | Uint8ClampedArray;

/**
 * A typed array with a shape, row-major. Throws a ShapeError when they do not fit.
 *
 * @example
 * new HostTensor(new Uint8Array(28 * 28), [1, 28, 28])
 */
export class HostTensor<Data extends HostArray = HostArray> {
  readonly data: Data;
  readonly shape: readonly number[];

  constructor(data: Data, shape: readonly number[]) {
    const size = shape.reduce((product, dim) => product * dim, 1);
    if (data.length !== size)
      throw new ShapeError("HostTensor", `${data.length} elements do not fill the shape (got [${shape.join(", ")}])`);
    this.data = data;
    this.shape = shape;
  }
}

interface Upload {
  readonly dtype: DType;
  readonly array: new (length: number) => Float32Array | Int32Array | Uint8Array;
}

const float: Upload = { dtype: "float32", array: Float32Array };
const int: Upload = { dtype: "int32", array: Int32Array };
const byte: Upload = { dtype: "uint8", array: Uint8Array };

/** What each kind of array becomes on a device. Devices have no float64 and no 8- or 16-bit signed integers: those take the nearest dtype that they have. */
const uploads: Readonly<Record<string, Upload>> = {
  Float32Array: float,
  Float64Array: float,
  Int32Array: int,
  Int16Array: int,
  Int8Array: int,
  Uint16Array: int,
  Uint8Array: byte,
  Uint8ClampedArray: byte,
};

const tag = (value: object): string => Object.prototype.toString.call(value).slice(8, -1); // works across realms

/** Whether samples may hold this: one of the eight kinds of HostArray. */
export const isHostArray = (value: unknown): value is HostArray => ArrayBuffer.isView(value) && tag(value) in uploads;

/** Several samples of equal kind and size, laid one after the other and uploaded in one go: [N, ...shape]. */
export function uploadBatch(samples: readonly HostArray[], shape: readonly number[]): Tensor {
  const first = samples[0] as HostArray;
  const { dtype, array } = uploads[tag(first)] as Upload;
  const data = new array(samples.length * first.length);
  for (let i = 0; i < samples.length; i++) data.set(samples[i] as HostArray, i * first.length);
  return tensor(data, { dtype, shape: [samples.length, ...shape] });
}
