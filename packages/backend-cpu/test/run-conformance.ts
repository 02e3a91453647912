// The conformance suite outside of the test runner: on a page, or on the oldest Node. With threads where memory can be shared.
import { ones } from "@gradkit/tensor";
import { conformance } from "@gradkit/tensor/testing";
import { createCpu } from "../src/create-cpu.ts";
import { everyPart } from "../src/every-part.ts";
import { cpu } from "../src/index.ts";
import { createFused } from "../src/kernels/fused.ts";
import { Memory } from "../src/memory.ts";
import { detectFeatures } from "../src/wasm/features.ts";
import { EagerThreads } from "./eager-threads.ts";

export interface Outcome {
  readonly shared: boolean;
  /** Whether a worker took part before the time was up. */
  readonly threads: boolean;
  readonly sum: number;
  readonly passed: number;
  readonly failures: readonly string[];
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

export async function runConformance(): Promise<Outcome> {
  const memory = new Memory(detectFeatures(), { poison: true });
  const threads = memory.shared ? new EagerThreads(memory, 3) : null;
  if (threads) {
    memory.lanes = threads;
    for (const end = performance.now() + 20_000; !threads.met && performance.now() < end; await turn()) threads.count(1, 2);
  }
  const failures: string[] = [];
  let passed = 0;
  // without Winograd's algorithm, which may round more than a sum
  const backend = createCpu(memory, { ...everyPart, createFused: (...given) => createFused(...given, { winograd: false }) });
  for (const { name, run } of conformance({ backend })) {
    try {
      await run();
      passed++;
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  const x = ones([300, 300], { device: await cpu() });
  return { shared: memory.shared, threads: threads?.met ?? false, sum: await x.matmul(x).sum().item(), passed, failures };
}
