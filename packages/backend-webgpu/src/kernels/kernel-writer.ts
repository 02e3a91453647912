// Writes the text of a kernel: its bindings, the words that the host passes, loads and stores by dtype.
import { type DType, dtypes, type ScalarType } from "@gradkit/tensor/backend";
import type { KernelSource } from "../pipelines.ts";
import { workgroupSize } from "../recorder.ts";
import { convert, prelude } from "../wgsl.ts";
import type { BoundViews } from "./bound-views.ts";

const components = "xyzw";

export class KernelWriter {
  readonly #views: BoundViews;
  #words = 1; // the first is opaqueZero

  constructor(views: BoundViews) {
    this.#views = views;
  }

  /** The next word that the host passes, as an i32. */
  int(): string {
    const word = this.#words++;
    return `words[${word >> 2}].${components[word & 3]}`;
  }

  ints(count: number): string[] {
    return Array.from({ length: count }, () => this.int());
  }

  /** The next word as a scalar of a formula. */
  scalar(type: ScalarType): string {
    const word = this.int();
    if (type === "bool") return `(${word} != 0)`;
    return type === "int" ? word : `bitcast<${type === "float" ? "f32" : "u32"}>(${word})`;
  }

  /** The scalar type of a view's elements. */
  typeOf(view: number): ScalarType {
    return dtypes[this.#views.dtypes[view] as DType].scalar;
  }

  /** The element of a view at an address, an i32 that counts elements. */
  load(view: number, at: string): string {
    const { name, element, dtype } = this.#binding(view);
    const word = (index: string): string => (element === "atomic<u32>" ? `atomicLoad(&${name}[${index}])` : `${name}[${index}]`);
    if (dtypes[dtype].bytes === 1) {
      const byte = `((${word(`u32(${at}) >> 2u`)} >> ((u32(${at}) & 3u) * 8u)) & 0xffu)`;
      return dtype === "bool" ? `(${byte} != 0u)` : `i32(${byte})`;
    }
    if (element === "f32" || element === "i32") return word(at);
    return `bitcast<${dtype === "float32" ? "f32" : "i32"}>(${word(at)})`;
  }

  /** A statement that writes a value of type `from` to a view. */
  store(view: number, at: string, value: string, from: ScalarType): string {
    const { name, element, dtype } = this.#binding(view);
    const converted = convert(value, from, dtypes[dtype].scalar);
    if (dtypes[dtype].bytes === 1) {
      const byte = dtype === "bool" ? `select(0u, 1u, ${converted})` : `u32(${converted})`;
      return `storeByte_${name}(u32(${at}), ${byte});`;
    }
    if (element === "f32" || element === "i32") return `${name}[${at}] = ${converted};`;
    const bits = `bitcast<u32>(${converted})`;
    return element === "u32" ? `${name}[${at}] = ${bits};` : `atomicStore(&${name}[${at}], ${bits});`;
  }

  #binding(view: number): { name: string; element: string; dtype: DType } {
    const slot = this.#views.slots[view] as number;
    return {
      name: `buffer${slot}`,
      element: (this.#views.bindings[slot] as { element: string }).element,
      dtype: this.#views.dtypes[view] as DType,
    };
  }

  /** The whole kernel. `main` runs for every `i` from 0 to `count` − 1. */
  source(label: string, count: string, main: string, functions = ""): KernelSource {
    const { bindings } = this.#views;
    const buffers = bindings.map(
      ({ element, writable }, slot) =>
        `@group(0) @binding(${slot + 1}) var<storage, ${writable ? "read_write" : "read"}> buffer${slot}: array<${element}>;`,
    );
    const stores = bindings.map(({ element }, slot) => (element === "atomic<u32>" ? storeByte(`buffer${slot}`) : ""));
    const code = `
@group(0) @binding(0) var<uniform> words: array<vec4<i32>, ${Math.ceil(this.#words / 4)}>;
${buffers.join("\n")}
fn opaqueZero() -> u32 { return bitcast<u32>(words[0].x); }
${prelude}${stores.join("")}${functions}
@compute @workgroup_size(${workgroupSize})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = i32(id.y * groups.x * ${workgroupSize}u + id.x);
  if (i >= ${count}) { return; }
  ${main}
}
`;
    return { label, bindings, words: this.#words, code };
  }
}

/** Each byte is written by one invocation alone; what it clears and sets leaves the other three of the word as they are. */
const storeByte = (name: string): string => `
fn storeByte_${name}(at: u32, value: u32) {
  let shift = (at & 3u) * 8u;
  atomicAnd(&${name}[at >> 2u], ~(0xffu << shift));
  atomicOr(&${name}[at >> 2u], (value & 0xffu) << shift);
}
`;
