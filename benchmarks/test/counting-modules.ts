// Counts the WebAssembly modules that are compiled.

export interface Compiled {
  readonly modules: number;
  readonly bytes: number;
}

/** Runs `work` and tells what was compiled meanwhile. */
export async function compiledDuring(work: () => Promise<void>): Promise<Compiled> {
  const sizes: number[] = [];
  const Original = WebAssembly.Module;
  WebAssembly.Module = class extends Original {
    constructor(bytes: BufferSource) {
      super(bytes);
      sizes.push(bytes.byteLength);
    }
  };
  try {
    await work();
  } finally {
    WebAssembly.Module = Original;
  }
  return { modules: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
