// Allocation, writing and reading.
import type { Backend } from "../../backend.ts";
import type { ConformanceCase } from "../conformance.ts";
import { expectEqual } from "./device.ts";

const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 37 + 11) % 256);

async function roundTrip(backend: Backend, byteLength: number): Promise<void> {
  const data = bytesOf(byteLength);
  const buffer = backend.allocate(byteLength);
  backend.write(buffer, 0, data);
  const back = await backend.read(buffer, 0, byteLength);
  expectEqual(`${byteLength} bytes`, new Uint8Array(back), data);
  backend.release(buffer);
}

async function parts(backend: Backend): Promise<void> {
  const buffer = backend.allocate(64);
  backend.write(buffer, 0, new Float32Array(16));
  const whole = Float32Array.from([9, 1, 2, 3, 9]);
  backend.write(buffer, 8, whole.subarray(1, 4)); // a view that does not start at its buffer's start
  const expected = [0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  expectEqual("after a partial write", new Float32Array(await backend.read(buffer, 0, 64)), expected);
  expectEqual("a partial read", new Float32Array(await backend.read(buffer, 8, 12)), [1, 2, 3]);
  backend.release(buffer);
}

async function copies(backend: Backend): Promise<void> {
  const buffer = backend.allocate(16);
  const data = Int32Array.of(1, 2, 3, 4);
  backend.write(buffer, 0, data);
  data.fill(0);
  const first = new Int32Array(await backend.read(buffer, 0, 16));
  expectEqual("the source was changed after write", first, [1, 2, 3, 4]);
  first.fill(0);
  expectEqual("the result of a read was changed", new Int32Array(await backend.read(buffer, 0, 16)), [1, 2, 3, 4]);
  backend.release(buffer);
}

async function synchronousReads(backend: Backend): Promise<void> {
  const { syncRead } = backend.capabilities;
  if (syncRead !== (backend.readSync !== undefined))
    throw new Error(`syncRead is ${syncRead}, but readSync ${backend.readSync ? "exists" : "does not"}`);
  if (!backend.readSync) return;
  const buffer = backend.allocate(16);
  backend.write(buffer, 0, Int32Array.of(5, 6, 7, 8));
  expectEqual("readSync", new Int32Array(backend.readSync(buffer, 4, 8)), [6, 7]);
  backend.release(buffer);
}

async function reuse(backend: Backend): Promise<void> {
  const before = backend.memory().liveBytes;
  for (let round = 0; round < 50; round++) {
    const buffers = [16, 100, 4096, 70_000].map((size) => backend.allocate(size));
    if (backend.memory().liveBytes <= before) throw new Error("memory().liveBytes does not grow with live buffers");
    for (const buffer of buffers) backend.release(buffer);
  }
  const { liveBytes } = backend.memory();
  if (liveBytes !== before) throw new Error(`${liveBytes - before} bytes are live after every buffer was released`);
}

/** Neighbours in memory must not see each other's writes, whatever is pooled. */
async function apart(backend: Backend): Promise<void> {
  const sizes = [4, 12, 20, 64, 1000, 9000];
  const buffers = sizes.map((size) => backend.allocate(size));
  buffers.forEach((buffer, i) => {
    backend.write(buffer, 0, new Uint8Array(sizes[i] as number).fill(i + 1));
  });
  for (const [i, buffer] of buffers.entries()) {
    const size = sizes[i] as number;
    expectEqual(`buffer ${i}`, new Uint8Array(await backend.read(buffer, 0, size)), new Uint8Array(size).fill(i + 1));
  }
  for (const buffer of buffers) backend.release(buffer);
}

export const memoryCases = (backend: Backend): ConformanceCase[] => [
  ...[0, 4, 12, 4096, 1_000_000].map((size) => ({
    name: `contract: ${size} bytes make the round trip`,
    run: () => roundTrip(backend, size),
  })),
  { name: "contract: parts of a buffer are written and read", run: () => parts(backend) },
  { name: "contract: write and read copy", run: () => copies(backend) },
  { name: "contract: readSync exists where it is announced", run: () => synchronousReads(backend) },
  { name: "contract: released memory is given back", run: () => reuse(backend) },
  { name: "contract: buffers lie apart", run: () => apart(backend) },
  { name: "contract: synchronize resolves", run: () => backend.synchronize() },
];
