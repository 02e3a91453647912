// A list of modules that a model can hold in a field.
import { Module } from "../module.ts";
import { printModule } from "../print-module.ts";

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
    for (const module of modules) this.append(module);
  }

  get length(): number {
    return this.children().length;
  }

  append(module: M): this {
    this[this.length] = module;
    return this;
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
    return printModule(this, true);
  }
}
