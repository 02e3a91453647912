// The float64 reference backend: slow and obvious. Every kernel is a plain loop that reads numbers, computes in float64 and rounds once when it
// stores; there are no fused kernels, so each op runs by its decomposition. It is the oracle of conformance and the ground of gradcheck.
import type { Backend, Buffer } from "../backend.ts";
import type { DType } from "../dtype.ts";
import { halves, ReferenceBuffer } from "./reference/buffer.ts";
import { gather } from "./reference/gather.ts";
import { map } from "./reference/map.ts";
import { matmul } from "./reference/matmul.ts";
import { reduce } from "./reference/reduce.ts";
import { scan } from "./reference/scan.ts";
import { scatter } from "./reference/scatter.ts";
import { sort } from "./reference/sort.ts";

/** float16 where the engine has an array of them: Node 24 and browsers of 2025. */
const dtypes: ReadonlySet<DType> = /* @__PURE__ */ new Set<DType>([
  "float32",
  "float64",
  "int32",
  "uint8",
  "bool",
  ...(halves ? (["float16"] as const) : []),
]);

/**
 * A new device that computes everything in float64 on the host. For tests: it is hundreds of times slower than a real backend.
 *
 * @example
 * const x = tensor([1, 2, 3], { dtype: "float64", device: reference() });
 */
export function reference(): Backend {
  let liveBytes = 0;
  let liveBuffers = 0;
  const bytesOf = (buffer: Buffer): ArrayBuffer => (buffer as ReferenceBuffer).bytes;
  const readSync = (buffer: Buffer, byteOffset: number, byteLength: number): ArrayBuffer =>
    bytesOf(buffer).slice(byteOffset, byteOffset + byteLength);
  return {
    name: "reference",
    capabilities: { dtypes, syncRead: true },
    allocate(byteLength) {
      liveBytes += byteLength;
      liveBuffers++;
      return new ReferenceBuffer(byteLength);
    },
    release(buffer) {
      (buffer as ReferenceBuffer).release();
      liveBytes -= buffer.byteLength;
      liveBuffers--;
    },
    memory: () => ({ liveBytes, liveBuffers, pooledBytes: 0 }),
    write(buffer, byteOffset, data) {
      new Uint8Array(bytesOf(buffer)).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), byteOffset);
    },
    read: async (buffer, byteOffset, byteLength) => readSync(buffer, byteOffset, byteLength),
    readSync,
    synchronize: async () => {},
    map,
    reduce,
    matmul,
    gather,
    scatter,
    scan,
    sort,
  };
}
