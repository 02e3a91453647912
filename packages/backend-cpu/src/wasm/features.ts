// What this engine can do, asked by validating small modules: never by name or version.

export interface Features {
  /** Relaxed multiply-add: Node ≥ 22 and current browsers. */
  readonly relaxedSimd: boolean;
  /** Memory that threads can share: everywhere in Node, in browsers on cross-origin isolated pages. */
  readonly sharedMemory: boolean;
}

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** (func (v128.const 0) (v128.const 0) (v128.const 0) f32x4.relaxed_madd drop) */
const zero = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];
const body = [0x00, ...zero, ...zero, ...zero, 0xfd, 0x85, 0x02, 0x1a, 0x0b];
const relaxedModule = [...header, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, body.length + 2, 1, body.length, ...body];

export function detectFeatures(): Features {
  return {
    relaxedSimd: WebAssembly.validate(new Uint8Array(relaxedModule)),
    sharedMemory: typeof SharedArrayBuffer === "function" && (globalThis.crossOriginIsolated ?? true),
  };
}
