// The same call on the CPU and on the float64 reference: tests make operands once, run an op on both, and compare what was written.
import { type Backend, type DType, dtypes, numel, type View } from "@gradkit/tensor/backend";
import { reference } from "@gradkit/tensor/testing";
import { createCpu } from "../src/create-cpu.ts";
import { everyPart } from "../src/every-part.ts";
import { Memory } from "../src/memory.ts";
import { detectFeatures, type Features } from "../src/wasm/features.ts";

export interface Layout {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset?: number;
  readonly dtype?: DType;
}

export interface BothBackends {
  readonly cpu: Backend;
  readonly reference: Backend;
}

export const everyFeature: Features = detectFeatures();
/** What Node 20 has. */
export const plainSimd: Features = { ...everyFeature, relaxedSimd: false };

export const bothBackends = (features: Features = everyFeature): BothBackends => ({
  cpu: createCpu(new Memory(features, { poison: true }), everyPart),
  reference: reference(),
});

const elementsSpanned = ({ shape, strides, offset = 0 }: Layout): number =>
  numel(shape) === 0 ? 0 : 1 + offset + shape.reduce((sum, size, d) => sum + Math.max(0, (size - 1) * (strides[d] as number)), 0);

const toTyped = (dtype: DType, values: ArrayLike<number>): ArrayBufferView =>
  dtype === "float32" ? Float32Array.from(values) : dtype === "int32" ? Int32Array.from(values) : Uint8Array.from(values);

/** One operand on both backends; reading gives its whole buffer, so that a write beside the view shows. */
export class Pair {
  readonly cpu: View;
  readonly reference: View;
  readonly #both: BothBackends;
  readonly #count: number;

  constructor(both: BothBackends, layout: Layout, value: (i: number) => number) {
    const { shape, strides, offset = 0, dtype = "float32" } = layout;
    this.#both = both;
    this.#count = elementsSpanned(layout) + 3; // guards behind the view
    const data = toTyped(
      dtype,
      Array.from({ length: this.#count }, (_, i) => value(i)),
    );
    const on = (backend: Backend): View => {
      const buffer = backend.allocate(this.#count * dtypes[dtype].bytes);
      backend.write(buffer, 0, data);
      return { buffer, dtype, shape, strides, offset };
    };
    this.cpu = on(both.cpu);
    this.reference = on(both.reference);
  }

  read(): { cpu: number[]; reference: number[] } {
    const { array: View, bytes } = dtypes[this.cpu.dtype];
    const from = (backend: Backend, { buffer }: View): number[] => {
      const data = backend.readSync?.(buffer, 0, this.#count * bytes) as ArrayBuffer;
      return [...new View(data)];
    };
    return { cpu: from(this.#both.cpu, this.cpu), reference: from(this.#both.reference, this.reference) };
  }
}

/** Index and values of the first elements that are further apart than `tolerance`, relative above 1 and absolute below; null when there are none. */
export function firstDifference({ cpu, reference: expected }: { cpu: number[]; reference: number[] }, tolerance = 0): string | null {
  const at = expected.findIndex((want, i) => {
    const got = cpu[i] as number;
    return !(Object.is(got, want) || got === want || Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want)));
  });
  return at < 0 ? null : `[${at}]: ${cpu[at]}, expected ${expected[at]}`;
}
