// Modules called one after the other.
import type { Tensor } from "@gradkit/tensor";
import { Module } from "../module.ts";

type InputOf<Layers extends readonly Module[]> = Layers extends readonly [infer First extends Module, ...unknown[]]
  ? Parameters<First["forward"]>[0]
  : Tensor;
type OutputOf<Layers extends readonly Module[]> = Layers extends readonly [...unknown[], infer Last extends Module]
  ? ReturnType<Last["forward"]>
  : Tensor;

/**
 * Hands its input to the first module, that one's output to the second, and so on. Layers are its fields "0", "1", … or, given as
 * [name, module] pairs, have names.
 *
 * @example
 * const model = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
 * model.call(zeros([64, 784])); // [64, 10]
 */
export class Sequential<Layers extends readonly Module[] = readonly Module[]> extends Module {
  readonly [index: number]: Module;

  constructor(...layers: Layers | { readonly [I in keyof Layers]: readonly [name: string, module: Layers[I]] }) {
    super();
    (layers as readonly (Module | readonly [string, Module])[]).forEach((layer, i) => {
      const [name, module] = layer instanceof Module ? [String(i), layer] : layer;
      if (name in this) throw new TypeError(`Sequential: a layer cannot be named ${name}, which is a member of every module`);
      Object.defineProperty(this, name, { value: module, enumerable: true, writable: true, configurable: true });
    });
  }

  override keyOf(field: string): string {
    return field;
  }

  forward(x: InputOf<Layers>): OutputOf<Layers> {
    let value: unknown = x;
    for (const field in this) {
      const layer = this[field]; // no list of children for each call
      if (layer instanceof Module) value = layer.call(...([value] as never[]));
    }
    return value as OutputOf<Layers>;
  }

  get length(): number {
    return this.children().length;
  }

  [Symbol.iterator](): Iterator<Module> {
    return this.children()[Symbol.iterator]();
  }
}
