// Modules by name that a model can hold in a field.
import { IndexError } from "@gradkit/tensor";
import { Module } from "../module.ts";

/**
 * Modules by name; the names are their keys in the state dict, as they are. Plain objects in a field are not searched for modules; this is.
 *
 * @example
 * class Choice extends Module {
 *   layers = new ModuleDict({ conv: new Conv2d(10, 10, 3), pool: new MaxPool2d(3) });
 *   forward(x: Tensor, layer: "conv" | "pool"): Tensor {
 *     return this.layers.get(layer).call(x);
 *   }
 * }
 */
export class ModuleDict<Modules extends Readonly<Record<string, Module>> = Record<string, Module>> extends Module {
  constructor(modules: Modules = {} as Modules) {
    super();
    this.update(modules);
  }

  override keyOf(field: string): string {
    return field;
  }

  get length(): number {
    return this.children().length;
  }

  /** Throws an IndexError where there is none of that name. */
  get<Name extends keyof Modules & string>(name: Name): Modules[Name] {
    const found = this.entries().find(([key]) => key === name);
    if (!found) throw new IndexError("ModuleDict", `there is no module "${name}". It holds ${this.keys().join(", ") || "none"}`);
    return found[1] as Modules[Name];
  }

  /** Adds a module, or takes the place of the one of that name. */
  set(name: string, module: Module): this {
    if (name in this && !this.has(name))
      throw new TypeError(`ModuleDict: a module cannot be named ${name}, which is a member of every module`);
    Object.defineProperty(this, name, { value: module, enumerable: true, writable: true, configurable: true });
    return this;
  }

  update(modules: Readonly<Record<string, Module>>): this {
    for (const [name, module] of Object.entries(modules)) this.set(name, module);
    return this;
  }

  has(name: string): boolean {
    return this.keys().includes(name);
  }

  /** Removes a module and returns it. */
  pop<Name extends keyof Modules & string>(name: Name): Modules[Name] {
    const module = this.get(name);
    delete (this as unknown as Record<string, unknown>)[name];
    return module;
  }

  clear(): void {
    for (const name of this.keys()) this.pop(name);
  }

  keys(): string[] {
    return this.entries().map(([name]) => name);
  }

  values(): Module[] {
    return this.children();
  }

  entries(): [name: string, module: Module][] {
    return this.namedChildren();
  }

  forward(): never {
    throw new TypeError("ModuleDict: a dict computes nothing. Call its modules in your own forward");
  }
}
