// Layers and losses by PyTorch's class names: constructing them, and the few members that the families use.
import type { Tensor } from "@gradkit/tensor";
import { layoutCall } from "./layout.ts";
import type { Library } from "./library.ts";
import { Inexpressible } from "./outcome.ts";
import { signatures } from "./signatures/index.ts";
import type { Args } from "./values.ts";

/** What the runner uses of a module of the library. */
export interface Module {
  call(...args: unknown[]): unknown;
  train(mode?: boolean): unknown;
  stateDict(): Record<string, Tensor> | Map<string, Tensor>;
  loadStateDict(state: Record<string, Tensor>): unknown;
  namedParameters(): Iterable<[string, Tensor]>;
}

type Constructor<T> = new (...args: unknown[]) => T;

export function findClass<T>(namespace: Readonly<Record<string, unknown>>, name: string): Constructor<T> {
  const found = namespace[name];
  if (typeof found !== "function") throw new Inexpressible(`no class ${name}`);
  return found as Constructor<T>;
}

/** `new nn.X(…)` from decoded Python arguments. */
export function construct(name: string, ctor: Args, { nn }: Library): Module {
  const Class = findClass<Module>(nn, name);
  return new Class(...layoutCall(`nn.${name}`, ctor));
}

/** The arguments of `module.call(…)`. */
export const layoutForward = (name: string, call: Args): unknown[] =>
  layoutCall(`nn.${name}.forward` in signatures ? `nn.${name}.forward` : "nn.Module.forward", call);

export function stateOf(module: Module): [string, Tensor][] {
  const state = module.stateDict();
  return state instanceof Map ? [...state] : Object.entries(state);
}
