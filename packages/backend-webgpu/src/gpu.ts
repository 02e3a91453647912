// Where a GPU comes from: the browser, or Dawn in Node.

/** What WebGPU calls `GPU`, as far as this package needs it: `navigator.gpu`, or what `create()` of the npm package `webgpu` returns. */
export interface GpuSource {
  // biome-ignore lint/suspicious/noExplicitAny: the types of WebGPU are not everywhere
  requestAdapter(options?: any): Promise<any>;
}

interface DawnForNode {
  create(flags: string[]): GpuSource;
}

let dawn: Promise<GpuSource | null> | null = null;

/** The optional peer, if it is installed. One instance a process: several would each keep it alive. */
async function importDawn(): Promise<GpuSource | null> {
  const name = "webgpu"; // not a literal in import(): bundlers leave it alone
  try {
    const { create } = (await import(/* @vite-ignore */ name)) as DawnForNode;
    return create([]);
  } catch {
    return null;
  }
}

export async function findGpu(): Promise<GpuSource | null> {
  const { navigator, process } = globalThis as { navigator?: { gpu?: GpuSource }; process?: { versions?: { node?: string } } };
  if (navigator?.gpu) return navigator.gpu;
  if (!process?.versions?.node) return null;
  dawn ??= importDawn();
  return dawn;
}
