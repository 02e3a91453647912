// From a list of samples to one batch: every field becomes one tensor with a new first dim, uploaded once.
import { DTypeError, ShapeError, stack, Tensor, tensor } from "@gradkit/tensor";
import { type HostArray, HostTensor, isHostArray, uploadBatch } from "./host-tensor.ts";

type Leaf = number | boolean | HostArray | HostTensor | Tensor;
interface Numbers extends ReadonlyArray<number | Numbers> {}

/** What a field of a sample becomes in a batch. */
export type CollatedField<Field> = Field extends Leaf | Numbers
  ? Tensor
  : Field extends string
    ? string[]
    : Field extends object
      ? { -readonly [Key in keyof Field]: CollatedField<Field[Key]> }
      : never;

/** The batch that samples of this type make: a tuple of fields gives a tuple of tensors, an object an object of tensors. */
export type Collated<Item> = Item extends Leaf
  ? Tensor
  : Item extends readonly unknown[]
    ? { -readonly [Key in keyof Item]: CollatedField<Item[Key]> }
    : CollatedField<Item>;

/**
 * Collates samples as torch.utils.data.default_collate, as far as JavaScript's types allow:
 *
 * - a sample that is an array is a tuple of fields, a plain object a record of fields; records and tuples nest;
 * - numbers are int32 [N] when all of the batch are whole (labels), float32 otherwise; booleans are bool; strings stay an array;
 * - typed arrays are [N, length], HostTensors [N, ...shape], (nested) arrays of numbers float32 [N, ...] as in `tensor()`;
 *   JavaScript does not tell 1.0 from 1, so a real-valued target that may be whole by chance belongs into a Float32Array;
 * - tensors are stacked on their own device; all else is uploaded to the default device.
 *
 * Throws a ShapeError when samples differ in shape, a DTypeError when they differ in kind or hold what no batch can.
 *
 * @example
 * defaultCollate([[Float32Array.of(1, 2), 7], [Float32Array.of(3, 4), 9]]) // [float32 [2, 2], int32 [2]]
 */
export function defaultCollate<Item>(items: readonly Item[]): Collated<Item> {
  const batch = Array.isArray(items[0]) ? collateRecord(items as never, "item") : collateField(items, "item");
  return batch as Collated<Item>;
}

function collateField(values: readonly unknown[], where: string): unknown {
  const first = values[0];
  if (typeof first === "number") return collateNumbers(all(values, where, isNumber));
  if (typeof first === "boolean") return tensor(Uint8Array.from(all(values, where, isBoolean), Number), { dtype: "bool" });
  if (typeof first === "string") return all(values, where, isString);
  if (first instanceof Tensor) return stack(all(values, where, isTensor));
  if (first instanceof HostTensor) return collateHost(all(values, where, isHostTensor), where);
  if (isHostArray(first)) return collateHost(all(values, where, isHostArray).map(flat), where);
  if (isNumeric(first))
    return collateHost(
      all(values, where, isNumeric).map((value) => fromNested(value, where)),
      where,
    );
  if (isRecord(first)) return collateRecord(all(values, where, isRecord), where);
  throw new DTypeError(
    "collate",
    `${where} is ${describe(first)}. A sample holds numbers, booleans, strings, typed arrays, arrays of numbers, HostTensors, Tensors, and tuples or plain objects of these`,
  );
}

function collateRecord(items: readonly Record<string, unknown>[], where: string): unknown {
  const first = items[0] as Record<string, unknown>;
  const keys = Object.keys(first);
  for (const item of items) {
    if (Object.keys(item).length !== keys.length)
      throw new ShapeError("collate", `${where} has ${keys.length} fields in one sample and ${Object.keys(item).length} in another`);
  }
  const fields = keys.map((key) =>
    collateField(
      items.map((item) => item[key]),
      `${where}.${key}`,
    ),
  );
  return Array.isArray(first) ? fields : Object.fromEntries(keys.map((key, i) => [key, fields[i]]));
}

function collateNumbers(values: readonly number[]): Tensor {
  const whole = values.every((value) => (value | 0) === value);
  return whole ? tensor(Int32Array.from(values), { dtype: "int32" }) : tensor(Float32Array.from(values), { dtype: "float32" });
}

function collateHost(samples: readonly HostTensor[], where: string): Tensor {
  const [first] = samples as [HostTensor];
  for (const { data, shape } of samples) {
    if (data.constructor !== first.data.constructor) {
      throw new DTypeError("collate", `${where} is ${describe(first.data)} in one sample and ${describe(data)} in another`);
    }
    if (shape.length !== first.shape.length || shape.some((size, d) => size !== first.shape[d])) {
      throw new ShapeError(
        "collate",
        `${where} differs in shape between samples (got [${first.shape.join(", ")}] and [${shape.join(", ")}]). Pad or crop them, or give a collateFn`,
      );
    }
  }
  return uploadBatch(
    samples.map(({ data }) => data),
    first.shape,
  );
}

const flat = (data: HostArray): HostTensor => new HostTensor(data, [data.length]);

function fromNested(value: Numbers, where: string): HostTensor {
  const shape: number[] = [];
  for (let level: number | Numbers | undefined = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  const data = Float32Array.from((value as number[]).flat(Infinity));
  const even = (level: number | Numbers, depth: number): boolean =>
    typeof level === "number" ? depth === shape.length : level.length === shape[depth] && level.every((inner) => even(inner, depth + 1));
  if (!even(value, 0)) throw new ShapeError("collate", `${where} has rows of different lengths`);
  return new HostTensor(data, shape);
}

const isNumber = (value: unknown): value is number => typeof value === "number";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isString = (value: unknown): value is string => typeof value === "string";
const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
const isHostTensor = (value: unknown): value is HostTensor => value instanceof HostTensor;
const isNumeric = (value: unknown): value is Numbers => Array.isArray(value) && value.every((inner) => isNumber(inner) || isNumeric(inner));
const isRecord = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
};

/** The values, once each is known to be of the first one's kind. */
function all<T>(values: readonly unknown[], where: string, is: (value: unknown) => value is T): readonly T[] {
  const other = values.find((value) => !is(value));
  if (other !== undefined || values.includes(undefined)) {
    throw new DTypeError("collate", `${where} is ${describe(values[0])} in one sample and ${describe(other)} in another`);
  }
  return values as readonly T[];
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = value.constructor?.name ?? "object";
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}
