// PyTorch's names in this library, by rule: snake_case becomes camelCase, and the module path says where to look.
import { Tensor } from "@gradkit/tensor";
import type { Library, Namespace } from "./library.ts";
import { Inexpressible } from "./outcome.ts";

export type Call = (...args: unknown[]) => unknown;

/** Same functions under other names here. */
const renamed: Readonly<Record<string, string>> = { __getitem__: "at" };

/** Names that torch.nn.functional and torch (or Tensor) give to different functions. */
const AMBIGUOUS = new Set(["unfold"]);

/** `log_softmax` → `logSoftmax`, `lerp_` → `lerp_`, `T_max` → `TMax`. */
export const camelCase = (name: string): string =>
  renamed[name] ?? name.replace(/(?<=[a-zA-Z0-9])_([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());

const namespacesOf = (
  path: string,
  name: string,
  { tensor, linalg, special, functional, nn, init, optim }: Library,
): readonly Namespace[] =>
  ({
    "": [tensor],
    "nn.functional": AMBIGUOUS.has(name) ? [functional] : [functional, tensor],
    "nn.init": [init, nn],
    "nn.utils": [optim, nn],
    linalg: [linalg],
    special: [special, tensor],
    optim: [optim],
  })[path] ?? [];

/** Calls the method of the first tensor among the arguments. */
const asMethod =
  (name: string): Call =>
  (...args) => {
    const [self, ...rest] = args as [Record<string, Call>, ...unknown[]];
    return (self[name] as Call).call(self, ...rest);
  };

const hasMethod = (name: string): boolean => typeof (Tensor.prototype as unknown as Namespace)[name] === "function";

/** The function that PyTorch calls `op`: a free function of its namespace, else (for `torch.x` and `nn.functional.x`) a method. */
export function findFunction(op: string, library: Library, suffix = ""): Call {
  const dot = op.lastIndexOf(".");
  const path = dot < 0 ? "" : op.slice(0, dot);
  const name = camelCase(op.slice(dot + 1)) + suffix;
  for (const namespace of namespacesOf(path, name, library)) if (typeof namespace[name] === "function") return namespace[name] as Call;
  if ((path === "" || (path === "nn.functional" && !AMBIGUOUS.has(name))) && hasMethod(name)) return asMethod(name);
  throw new Inexpressible(`no function ${path === "" ? "" : `${path}.`}${name}`);
}
