// From the JSON of a case to what is handed to the library: tensors in their recorded layout, dtypes, slices, functions, modules.
import { type DType, Tensor, tensor } from "@gradkit/tensor";
import type { Library } from "./library.ts";
import { construct } from "./modules.ts";
import { Inexpressible } from "./outcome.ts";

export interface TensorValue {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly (number | boolean | string)[];
  /** In elements; given where the tensor was not contiguous. */
  readonly strides?: readonly number[];
  readonly storageOffset?: number;
}

export interface Args {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

export const isTensorValue = (value: unknown): value is TensorValue =>
  typeof value === "object" && value !== null && "shape" in value && "dtype" in value && "data" in value;

/** PyTorch's index and label type is our int32. */
const dtypes: Readonly<Record<string, DType>> = {
  float32: "float32",
  float64: "float64",
  float16: "float16",
  int64: "int32",
  int32: "int32",
  uint8: "uint8",
  bool: "bool",
};

export function toDType(name: string): DType {
  const dtype = dtypes[name];
  if (!dtype) throw new Inexpressible(`the library has no dtype ${name}`);
  return dtype;
}

/** "NaN", "Infinity" and "-Infinity" are strings in the files. */
export const toNumbers = ({ data }: TensorValue): number[] => data.map(Number);

/** What lies between the elements of a strided tensor: wrong in every result that it reaches. */
const GAP = 77;

export function toTensor(value: TensorValue): Tensor {
  const { shape, strides, storageOffset = 0 } = value;
  const dtype = toDType(value.dtype);
  const data = toNumbers(value);
  if (!strides) return tensor(data, { dtype }).reshape([...shape]);
  const reach = shape.reduce((sum, size, d) => sum + Math.max(0, size - 1) * (strides[d] as number), storageOffset);
  const memory = new Array<number>(reach + 1).fill(dtype === "bool" ? 1 : GAP);
  data.forEach((x, i) => {
    memory[positionOf(i, shape, strides, storageOffset)] = x;
  });
  return new Tensor(tensor(memory, { dtype }).storage, dtype, shape, strides, storageOffset);
}

/** Where the i-th element in row-major order lies. */
function positionOf(i: number, shape: readonly number[], strides: readonly number[], offset: number): number {
  let rest = i;
  let at = offset;
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d] as number;
    at += (rest % size) * (strides[d] as number);
    rest = Math.floor(rest / size);
  }
  return at;
}

const toSlice = (bounds: readonly (number | null)[]): string =>
  bounds
    .map((bound) => bound ?? "")
    .join(":")
    .replace(/:$/, "");

/** JavaScript text; `F` is the functional namespace. */
const toFunction = (text: string, library: Library): unknown => new Function("F", `return (${text});`)(library.functional);

type Tagged = Readonly<Record<string, unknown>>;
const tags: Readonly<Record<string, (value: Tagged, library: Library) => unknown>> = {
  $float: ({ $float }) => Number($float),
  $dtype: ({ $dtype }) => toDType($dtype as string),
  $slice: ({ $slice }) => toSlice($slice as (number | null)[]),
  $ellipsis: () => "...",
  $lambda: ({ $lambda }, library) => toFunction($lambda as string, library),
  $module: ({ $module, args, kwargs }, library) => construct($module as string, decodeArgs({ args, kwargs } as Args, library), library),
};

/** Any JSON value of a case as the library takes it. */
export function decode(value: unknown, library: Library): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => decode(item, library));
  if (isTensorValue(value)) return toTensor(value);
  const tag = Object.keys(value).find((key) => key.startsWith("$"));
  const read = tag === undefined ? undefined : tags[tag];
  if (read) return read(value as Tagged, library);
  return decodeRecord(value as Tagged, library);
}

const decodeRecord = (record: Tagged, library: Library): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, item]) => [key, decode(item, library)]));

export const decodeArgs = ({ args, kwargs }: Args, library: Library): Args => ({
  args: args.map((arg) => decode(arg, library)),
  kwargs: decodeRecord(kwargs, library),
});

/** The tensor at a path such as `args.0`, `args.0.1` or `kwargs.weight`. */
export function tensorAt(values: Args, path: string): Tensor {
  let value: unknown = values;
  for (const key of path.split(".")) value = (value as Record<string, unknown>)[key];
  return value as Tensor;
}
