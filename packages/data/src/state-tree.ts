// Nested state, such as an optimizer's, as JSON and tensors apart: JSON holds the numbers exactly, and the names of the tensors.
import { FormatError, GradkitError, Tensor } from "@gradkit/tensor";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const isPlain = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Numbers that JSON cannot write. */
const isSpecial = (value: number): boolean => !Number.isFinite(value) || Object.is(value, -0);
const nameOf = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** `value` as JSON; its tensors go into `tensors` under the path that leads to them. Throws a GradkitError for what a file cannot hold. */
export function toJson(op: string, value: unknown, path: string, tensors: Record<string, Tensor>): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return isSpecial(value) ? { $number: nameOf(value) } : value;
  const inner = (key: string | number, item: unknown): Json => toJson(op, item, `${path}.${key}`, tensors);
  if (value instanceof Tensor) {
    let name = path;
    while (Object.hasOwn(tensors, name)) name += "'"; // { a: { "b.c": … }, "a.b": { c: … } }
    tensors[name] = value;
    return { $tensor: name };
  }
  if (Array.isArray(value)) return value.map((item, i) => inner(i, item));
  if (typeof value === "object" && isPlain(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    const reserved = entries.find(([key]) => key.startsWith("$"));
    if (reserved) throw new GradkitError(op, `${path} has the key "${reserved[0]}". Keys with $ are reserved`);
    return Object.fromEntries(entries.map(([key, item]) => [key, inner(key, item)]));
  }
  const kind = typeof value === "object" ? `a ${value.constructor.name}` : `a ${typeof value}`;
  throw new GradkitError(
    op,
    `${path} is ${kind}. What can be saved: numbers, strings, booleans, null, tensors, and arrays and plain objects of these`,
  );
}

/** The value that `toJson` was given. Throws a FormatError for a tensor that is missing. */
export function fromJson(op: string, json: Json, tensors: Readonly<Record<string, Tensor>>): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (isList(json)) return json.map((item) => fromJson(op, item, tensors));
  const { $number, $tensor } = json;
  if (typeof $number === "string") return Number($number);
  if (typeof $tensor === "string") {
    const tensor = tensors[$tensor];
    if (!tensor) throw new FormatError(op, `the tensor "${$tensor}" is missing`);
    return tensor;
  }
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, fromJson(op, item, tensors)]));
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json);
