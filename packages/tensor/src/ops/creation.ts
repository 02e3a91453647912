// Making tensors: from numbers on the host, and from formulas of the element's index on the device.
import type { Backend } from "../backend.ts";
import { defaultDevice } from "../device.ts";
import { type DType, dtypes, isFloat, type TypedArray } from "../dtype.ts";
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { add, cast, eq, intDiv, mul, rem, sub } from "../formula/build.ts";
import { type Formula, formula, index, perType, type ScalarType, scalar } from "../formula/nodes.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { toDType } from "./copy.ts";
import { allocate } from "./dispatch.ts";

export interface TensorOptions {
  /** Default: float32. */
  dtype?: DType;
  /** Default: the default device. */
  device?: Backend;
  /** Default: false. */
  requiresGrad?: boolean;
}

/** Nested arrays of numbers or booleans. */
export type NestedData = number | boolean | readonly NestedData[];

const finish = (x: Tensor, requiresGrad: boolean | undefined): Tensor => (requiresGrad ? x.requiresGrad_() : x);

/** Uploads values that already have the dtype's array type. */
export function fromArray(
  data: TypedArray,
  shape: Shape,
  dtype: DType,
  { device = defaultDevice(), requiresGrad }: Omit<TensorOptions, "dtype"> = {},
): Tensor {
  if (data.length !== numel(shape))
    throw new ShapeError("tensor", `${data.length} values do not fill ${formatShape(shape)} (${numel(shape)} elements)`);
  const out = allocate(device, [...shape], dtype);
  device.write(out.buffer, 0, data);
  return finish(out, requiresGrad);
}

function shapeOf(data: NestedData): number[] {
  const shape: number[] = [];
  let level: NestedData | undefined = data;
  while (Array.isArray(level)) {
    shape.push(level.length);
    level = level[0];
  }
  return shape;
}

function fill(data: NestedData, shape: Shape, dim: number, out: Float64Array, at: number): number {
  if (dim === shape.length) {
    if (Array.isArray(data)) throw new ShapeError("tensor", `nested arrays are ragged: expected shape ${formatShape(shape)} everywhere`);
    out[at] = Number(data);
    return at + 1;
  }
  if (!Array.isArray(data) || data.length !== shape[dim])
    throw new ShapeError("tensor", `nested arrays are ragged: expected ${shape[dim]} items at depth ${dim}`);
  let next = at;
  for (const item of data) next = fill(item, shape, dim + 1, out, next);
  return next;
}

const firstLeaf = (data: NestedData): number | boolean | undefined =>
  Array.isArray(data) ? firstLeaf(data[0] as NestedData) : (data as number | boolean | undefined);

const arrayDTypes: readonly [new (...args: never[]) => ArrayBufferView, DType][] = [
  [Float32Array, "float32"],
  [Float64Array, "float32"],
  [Int32Array, "int32"],
  [Uint8Array, "uint8"],
  [Uint8ClampedArray, "uint8"],
];

/**
 * A tensor of the given numbers: nested arrays (float32; booleans give bool), or a typed array with its own dtype (float64 arrays become float32).
 * `shape` reshapes typed arrays.
 *
 * @example
 * tensor([[1, 2], [3, 4]]);
 * tensor(new Float32Array(6), { shape: [2, 3] });
 */
export function tensor(
  data: NestedData | TypedArray | Uint8ClampedArray,
  { dtype, shape, ...options }: TensorOptions & { shape?: Shape } = {},
): Tensor {
  if (ArrayBuffer.isView(data)) {
    const own = arrayDTypes.find(([type]) => data instanceof type)?.[1];
    if (!own) throw new DTypeError("tensor", `no dtype for a ${data.constructor.name}. Pass a Float32Array, Int32Array or Uint8Array`);
    const wanted = dtype ?? own;
    return fromNumbers(data as TypedArray, shape ?? [data.length], wanted, options);
  }
  const wanted = dtype ?? (typeof firstLeaf(data) === "boolean" ? "bool" : "float32");
  const found = shapeOf(data);
  const values = new Float64Array(numel(found));
  fill(data, found, 0, values, 0);
  return fromNumbers(values, shape ?? found, wanted, options);
}

/** Halves are rounded on the device, since not every host has them. */
function fromNumbers(data: TypedArray, shape: Shape, dtype: DType, { requiresGrad, ...options }: Omit<TensorOptions, "dtype">): Tensor {
  const host = dtype === "float16" ? "float32" : dtype;
  return finish(toDType(fromArray(convert(data, host), shape, host, options), dtype), requiresGrad);
}

function convert(data: TypedArray, dtype: DType): TypedArray {
  const { array } = dtypes[dtype];
  if (dtype === "bool") return Uint8Array.from(data, (value) => (value ? 1 : 0));
  if (data instanceof array) return data;
  const out = new array(data.length);
  out.set(data);
  return out;
}

/** Runs a formula of the element's index on the device: nothing is uploaded. */
export function generate(
  f: Formula,
  scalars: readonly number[],
  shape: Shape,
  dtype: DType,
  { device = defaultDevice(), requiresGrad }: Omit<TensorOptions, "dtype"> = {},
): Tensor {
  for (const size of shape)
    if (!Number.isInteger(size) || size < 0)
      throw new ShapeError("generate", `sizes must be whole numbers ≥ 0 (got ${formatShape(shape)})`);
  const out = allocate(device, [...shape], dtype);
  if (out.numel > 0) device.map(f, [], scalars, [out]);
  return finish(out, requiresGrad);
}

/** The first scalar, everywhere. */
export const constantFormula: (type: ScalarType) => Formula = /* @__PURE__ */ perType((type) => {
  const given = type === "bool" ? "float" : type; // any number but 0 is true
  return formula([], [given], [cast(scalar(0, given), type)]);
});

/** A tensor of one value. */
export function full(
  shape: Shape,
  value: number | boolean,
  { dtype = typeof value === "boolean" ? "bool" : "float32", ...options }: TensorOptions = {},
): Tensor {
  return generate(constantFormula(dtypes[dtype].scalar), [Number(value)], shape, dtype, options);
}

/** Zeros, float32 unless another dtype is asked for. */
export const zeros = (shape: Shape, options?: TensorOptions): Tensor => full(shape, 0, { dtype: "float32", ...options });
/** Ones, float32 unless another dtype is asked for. */
export const ones = (shape: Shape, options?: TensorOptions): Tensor => full(shape, 1, { dtype: "float32", ...options });

/** Uninitialised memory. */
export function empty(shape: Shape, { dtype = "float32", device = defaultDevice(), requiresGrad }: TensorOptions = {}): Tensor {
  return finish(allocate(device, [...shape], dtype), requiresGrad);
}

const like = (x: Tensor, options: TensorOptions): TensorOptions => ({ dtype: x.dtype, device: x.device, ...options });
/** Zeros with the shape, dtype and device of x. */
export const zerosLike = (x: Tensor, options: TensorOptions = {}): Tensor => full(x.shape, 0, like(x, options));
/** Ones with the shape, dtype and device of x. */
export const onesLike = (x: Tensor, options: TensorOptions = {}): Tensor => full(x.shape, 1, like(x, options));
/** One value, with the shape, dtype and device of x. */
export const fullLike = (x: Tensor, value: number | boolean, options: TensorOptions = {}): Tensor => full(x.shape, value, like(x, options));
/** Uninitialised memory with the shape, dtype and device of x. */
export const emptyLike = (x: Tensor, options: TensorOptions = {}): Tensor => empty(x.shape, like(x, options));
/** A tensor of one value, with the dtype and device of x. */
export const newFull = (x: Tensor, shape: Shape, value: number | boolean, options: TensorOptions = {}): Tensor =>
  full(shape, value, like(x, options));
export const newZeros = (x: Tensor, shape: Shape, options: TensorOptions = {}): Tensor => newFull(x, shape, 0, options);
export const newOnes = (x: Tensor, shape: Shape, options: TensorOptions = {}): Tensor => newFull(x, shape, 1, options);

/** The first scalar, and from element to element the second one more. */
export const rampFormula: (type: ScalarType) => Formula = /* @__PURE__ */ perType((type) =>
  formula([], [type, type], [add(scalar(0, type), mul(cast(index, type), scalar(1, type)))]),
);

/** start, start + step, … below end; arange(end) starts at 0. int32 if all three are whole numbers, else float32. */
export function arange(end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, step?: number, options?: TensorOptions): Tensor;
export function arange(first: number, second?: number | TensorOptions, step = 1, options: TensorOptions = {}): Tensor {
  const [start, end] = typeof second === "number" ? [first, second] : [0, first];
  const given = typeof second === "object" ? second : options;
  if (step === 0 || (end - start) / step < 0) throw new ShapeError("arange", `${step} never leads from ${start} to ${end}`);
  const dtype = given.dtype ?? ([start, end, step].every(Number.isInteger) ? "int32" : "float32");
  return ramp(start, step, Math.ceil((end - start) / step), { ...given, dtype });
}

function ramp(start: number, step: number, count: number, { dtype = "float32", ...options }: TensorOptions): Tensor {
  return generate(rampFormula(isFloat(dtype) ? "float" : "int"), [start, step], [count], dtype, options);
}

/** Bounds as the dtype can hold them: for a tensor of whole numbers they are truncated before anything is computed, as torch. */
const whole = (dtype: DType | undefined, bounds: readonly number[]): readonly number[] =>
  dtype === undefined || isFloat(dtype) ? bounds : bounds.map(Math.trunc);

function checkSteps(op: string, steps: number): void {
  if (!Number.isInteger(steps) || steps < 0) throw new ShapeError(op, `steps must be a whole number ≥ 0 (got ${steps})`);
}

/** `steps` values from the first to the last, both included. */
export function linspace(first: number, last: number, steps: number, options: TensorOptions = {}): Tensor {
  checkSteps("linspace", steps);
  const [start, end] = whole(options.dtype, [first, last]) as [number, number];
  const values = Float64Array.from({ length: steps }, (_, i) =>
    i < steps / 2 ? start + (i * (end - start)) / (steps - 1) : end - ((steps - 1 - i) * (end - start)) / (steps - 1),
  );
  if (steps === 1) values[0] = start;
  return tensor(values, options);
}

/** `steps` powers of `base`, with exponents from the first to the last. */
export function logspace(
  first: number,
  last: number,
  steps: number,
  { base = 10, ...options }: TensorOptions & { base?: number } = {},
): Tensor {
  checkSteps("logspace", steps);
  const [start, end] = whole(options.dtype, [first, last]) as [number, number];
  const exponent = (i: number): number => (steps === 1 ? start : start + (i * (end - start)) / (steps - 1));
  return tensor(
    Float64Array.from({ length: steps }, (_, i) => base ** exponent(i)),
    options,
  );
}

function eyeFormula(type: ScalarType): Formula {
  const [position, width] = [cast(index, "int"), scalar(0, "int")];
  return formula([], ["int"], [cast(eq(sub(intDiv(position, width), rem(position, width)), 0), type)]);
}

/** Ones on the diagonal of a rows × columns matrix. */
export function eye(rows: number, columns: number = rows, { dtype = "float32", ...options }: TensorOptions = {}): Tensor {
  return generate(eyeFormula(dtypes[dtype].scalar), [Math.max(1, columns)], [rows, columns], dtype, options);
}
