// A list of modules that a model can hold in a field.
import { IndexError } from "@gradkit/tensor";
import { Module } from "../module.ts";
import { type PrintedChild, printModule } from "../print-module.ts";

/** Runs of children that print alike become one line, as in PyTorch's ModuleList. */
function collapse(children: readonly PrintedChild[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < children.length; ) {
    const [first, text] = children[i] as PrintedChild;
    let end = i + 1;
    while (children[end]?.[1] === text) end++;
    const count = end - i;
    lines.push(count > 1 ? `(${first}-${children[end - 1]?.[0]}): ${count} x ${text}` : `(${first}): ${text}`);
    i = end;
  }
  return lines;
}

/**
 * Modules by position. Arrays in a field are not searched for modules; this is.
 *
 * @example
 * class Deep extends Module {
 *   layers = new ModuleList(Array.from({ length: 3 }, () => new Linear(8, 8)));
 *   forward(x: Tensor): Tensor {
 *     for (const layer of this.layers) x = layer.call(x).relu();
 *     return x;
 *   }
 * }
 */
export class ModuleList<M extends Module = Module> extends Module {
  [index: number]: M;

  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  get length(): number {
    return this.children().length;
  }

  append(module: M): this {
    this[this.length] = module;
    return this;
  }

  extend(modules: Iterable<M>): this {
    for (const module of modules) this.append(module);
    return this;
  }

  /** Puts a module before the one at a position; those behind move on by one. */
  insert(index: number, module: M): this {
    const modules = [...this];
    modules.splice(index, 0, module);
    return this.become(modules);
  }

  /** Takes the module at a position, by default the last one, out of the list. Throws an IndexError where there is none. */
  pop(index = -1): M {
    const module = this.at(index);
    if (!module) throw new IndexError("ModuleList", `there is no module at ${index}. It holds ${this.length}`);
    const at = index < 0 ? this.length + index : index;
    this.become([...this].filter((_, i) => i !== at));
    return module;
  }

  protected become(modules: readonly M[]): this {
    for (const position of this.children().keys()) delete this[position];
    return this.extend(modules);
  }

  /** The module at a position; negative ones count from the end. */
  at(index: number): M | undefined {
    return this[index < 0 ? this.length + index : index];
  }

  [Symbol.iterator](): Iterator<M> {
    return (this.children() as M[])[Symbol.iterator]();
  }

  forward(): never {
    throw new TypeError("ModuleList: a list computes nothing. Call its modules in your own forward, or use Sequential");
  }

  override toString(): string {
    return printModule(this, collapse);
  }
}
