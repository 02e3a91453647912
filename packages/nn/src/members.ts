// What a module is made of, read off its fields whenever somebody asks: nothing is registered.
import type { Tensor } from "@gradkit/tensor";
import { Module } from "./module.ts";
import { BufferTensor, Parameter } from "./parameter.ts";

type Named<T> = [name: string, value: T];

function fieldsOf<T>(module: Module, type: abstract new (...args: never[]) => T): Named<T>[] {
  const found: Named<T>[] = [];
  for (const [field, value] of Object.entries(module)) if (value instanceof type) found.push([module.keyOf(field), value]);
  return found;
}

export const ownParameters = (module: Module): Named<Parameter>[] => fieldsOf(module, Parameter);
export const ownBuffers = (module: Module): Named<BufferTensor>[] => fieldsOf(module, BufferTensor);
export const ownModules = (module: Module): Named<Module>[] => fieldsOf(module, Module);

const join = (prefix: string, name: string): string => (prefix === "" ? name : `${prefix}.${name}`);

/** The module itself under `prefix`, and all below it, parents first; one that is reached twice appears once. */
export function namedModulesOf(module: Module, prefix = "", seen: Set<Module> = new Set()): Named<Module>[] {
  if (seen.has(module)) return [];
  seen.add(module);
  const below = ownModules(module).flatMap(([name, child]) => namedModulesOf(child, join(prefix, name), seen));
  return [[prefix, module], ...below];
}

/** Tensors of the module and of all below it; a shared one appears once, under its first name. */
export function namedTensorsOf<T extends Tensor>(module: Module, own: (module: Module) => Named<T>[]): Named<T>[] {
  const seen = new Set<T>();
  const found: Named<T>[] = [];
  for (const [prefix, part] of namedModulesOf(module)) {
    for (const [name, value] of own(part)) {
      if (seen.has(value)) continue;
      seen.add(value);
      found.push([join(prefix, name), value]);
    }
  }
  return found;
}

/** What is saved, in PyTorch's order: a module's parameters, its buffers, then its children. Shared tensors appear under each of their names. */
export function savedTensorsOf(module: Module, prefix = ""): Named<Tensor>[] {
  const own: Named<Tensor>[] = [...ownParameters(module), ...ownBuffers(module).filter(([, value]) => value.persistent)];
  return [
    ...own.map(([name, value]): Named<Tensor> => [join(prefix, name), value]),
    ...ownModules(module).flatMap(([name, child]) => savedTensorsOf(child, join(prefix, name))),
  ];
}
