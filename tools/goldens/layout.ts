// One rule turns a Python call into ours. Required arguments are positional; so are optional ones up to the last that is a dim, a size, an operand or a
// parameter, unless a flag stands before it; everything else goes into one options object under its camelCase name. Data: signatures/.
import { Tensor } from "@gradkit/tensor";
import { camelCase } from "./names.ts";
import { Inexpressible } from "./outcome.ts";
import { signatures } from "./signatures/index.ts";
import type { Args } from "./values.ts";

interface Parameter {
  readonly name: string;
  /** Tensor, bool, int, float, str, Dim, Size, Operand, Param, Rate, Host, or nothing. */
  readonly type: string;
  /** Python text of the default; null where the argument is required. */
  readonly default: string | null;
  readonly keywordOnly: boolean;
  readonly variadic: boolean;
}

function parseSignature(text: string): Parameter[] {
  let keywordOnly = false;
  const parameters: Parameter[] = [];
  for (const part of text.split(/,\s*(?![^()]*\))/)) {
    if (part === "*") {
      keywordOnly = true;
      continue;
    }
    const [, star, name, type = "", fallback = null] = /^(\*?)(\w+)(?::\s*(\w+))?(?:\s*=\s*(.+))?$/.exec(part) as RegExpExecArray;
    parameters.push({ name: name as string, type, default: fallback, keywordOnly, variadic: star === "*" });
  }
  return parameters;
}

/** Whether a value may be meant for a parameter: what tells overloads apart. */
function accepts({ type }: Parameter, value: unknown): boolean {
  if (value === null) return type !== "Tensor";
  if (type === "Tensor") return value instanceof Tensor;
  if (type === "bool") return typeof value === "boolean";
  if (type === "int" || type === "float") return typeof value === "number";
  if (type === "Dim" || type === "Size") return typeof value === "number" || Array.isArray(value);
  return true;
}

type Bound = ReadonlyMap<Parameter, unknown>;

/** Values by parameter, or null where the call does not fit the signature. */
function bind(parameters: readonly Parameter[], { args, kwargs }: Args): Bound | null {
  const bound = new Map<Parameter, unknown>();
  const open = parameters.filter((parameter) => !parameter.keywordOnly);
  for (const [i, value] of args.entries()) {
    const parameter = open[i];
    if (parameter?.variadic) {
      bound.set(parameter, args.slice(i));
      break;
    }
    if (!parameter || !accepts(parameter, value)) return null;
    bound.set(parameter, value);
  }
  for (const [name, value] of Object.entries(kwargs)) {
    const parameter = parameters.find((candidate) => candidate.name === name);
    if (!parameter || bound.has(parameter) || !accepts(parameter, value)) return null;
    bound.set(parameter, value);
  }
  return parameters.every((parameter) => parameter.default !== null || parameter.variadic || bound.has(parameter)) ? bound : null;
}

const POSITIONAL = new Set(["Dim", "Size", "Operand", "Param", "Rate"]);
const isFlag = ({ type, default: fallback }: Parameter): boolean => type === "bool" || fallback === "True" || fallback === "False";

/** How many of the parameters are positional here. */
function positionalCount(parameters: readonly Parameter[]): number {
  let count = 0;
  for (const [i, parameter] of parameters.entries()) {
    if (parameter.keywordOnly || isFlag(parameter)) break;
    if (parameter.default === null || POSITIONAL.has(parameter.type)) count = i + 1;
  }
  return count;
}

/** Options that say the same under another name here: torch's older `unbiased` is a `correction` of 0 or 1, `tol` an atol. */
const renamedOptions: Readonly<Record<string, (value: unknown) => [string, unknown]>> = {
  unbiased: (value) => ["correction", Number(value)],
  tol: (value) => ["atol", value],
};

/** Where torch reads a small integer tensor on the host, or a bool as a number, ours takes the numbers. */
function onHost(value: unknown): unknown {
  if (typeof value === "boolean") return Number(value);
  if (!(value instanceof Tensor)) return value;
  return value.ndim === 0 ? value.itemSync() : [...value.dataSync()];
}

/** `optionsAt`: the position of the options object, behind the positional arguments of the longest overload. */
function layOut(parameters: readonly Parameter[], bound: Bound, optionsAt: number): unknown[] {
  const count = positionalCount(parameters);
  const out: unknown[] = [];
  const options: Record<string, unknown> = {};
  for (const [i, parameter] of parameters.entries()) {
    if (!bound.has(parameter)) {
      if (i < count && !parameter.variadic) out.push(undefined);
      continue;
    }
    const value = parameter.type === "Host" ? onHost(bound.get(parameter)) : bound.get(parameter);
    if (parameter.variadic) out.push(...(value as unknown[]));
    else if (i < count) out.push(value);
    else if (value !== null || parameter.default !== "None") {
      const [name, given] = renamedOptions[parameter.name]?.(value) ?? [camelCase(parameter.name), value];
      options[name] = given;
    }
  }
  if (Object.keys(options).length > 0) {
    while (out.length < optionsAt) out.push(undefined);
    return [...out, options];
  }
  while (out.length > 0 && out.at(-1) === undefined) out.pop();
  return out;
}

const parsed = new Map<string, Parameter[][]>();

function overloads(name: string): Parameter[][] {
  let list = parsed.get(name);
  if (!list) {
    const texts = signatures[name] ?? [];
    list = (typeof texts === "string" ? [texts] : texts).map(parseSignature);
    parsed.set(name, list);
  }
  return list;
}

/** The arguments of the JavaScript call that says what the Python call says. `name` is a key of signatures/; without an entry nothing is optional. */
export function layoutCall(name: string, call: Args): unknown[] {
  const list = overloads(name);
  const optionsAt = Math.max(0, ...list.map(positionalCount));
  for (const parameters of list) {
    const bound = bind(parameters, call);
    if (bound) return layOut(parameters, bound, optionsAt);
  }
  if (list.length > 0) throw new Inexpressible(`the call of ${name} fits none of its signatures`);
  const options = Object.entries(call.kwargs).map(([key, value]) => [camelCase(key), value]);
  return options.length > 0 ? [...call.args, Object.fromEntries(options)] : [...call.args];
}
