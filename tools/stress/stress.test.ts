// Ten thousand random programs, each on one thread and in lanes that three threads take: whatever a data race, a lane's missing scratch or memory that is
// used after its release could change would show, since results must not differ by a bit and released memory is filled with NaN.
import "@gradkit/autograd/install";
import { type Backend, Generator, memory } from "@gradkit/tensor";
import { expect, test } from "vitest";
import { createCpu } from "../../packages/backend-cpu/src/create-cpu.ts";
import { everyPart } from "../../packages/backend-cpu/src/every-part.ts";
import { Memory } from "../../packages/backend-cpu/src/memory.ts";
import { detectFeatures } from "../../packages/backend-cpu/src/wasm/features.ts";
import { EagerThreads } from "../../packages/backend-cpu/test/eager-threads.ts";
import { runRandomGraph } from "./random-graph.ts";

const graphs = 10_000;
const TIMEOUT_MS = 600_000; // the machine may be busy

function device(threads: number) {
  const memory = new Memory(detectFeatures(), { poison: true });
  if (threads > 1) memory.lanes = new EagerThreads(memory, threads);
  return createCpu(memory, everyPart);
}

const held = (on: Backend): number => memory(on).liveBytes + memory(on).pooledBytes;

const bits = (values: readonly { dataSync(): ArrayLike<number> }[]): Uint8Array[] =>
  values.map((value) => new Uint8Array((value.dataSync() as Float32Array).slice().buffer));

test("random programs give the same bits on one thread and on three, and memory does not grow", { timeout: TIMEOUT_MS }, async () => {
  const [one, three] = [device(1), device(3)];
  let settled = 0;
  for (let seed = 0; seed < graphs; seed++) {
    const expected = runRandomGraph(seed, one, new Generator(seed));
    const got = runRandomGraph(seed, three, new Generator(seed));
    const [a, b] = [bits(expected.values), bits(got.values)];
    const same = a.length === b.length && a.every((bytes, i) => Buffer.compare(bytes, b[i] as Uint8Array) === 0);
    if (!same) expect.fail(`seed ${seed}: ${got.names.join(" → ")} differs between one thread and three`);
    if (seed % 500 === 499) await new Promise((resolve) => setTimeout(resolve)); // finalizers run
    if (seed === graphs / 4) settled = held(three);
  }
  expect(held(three)).toBeLessThan(2 * settled);
});
