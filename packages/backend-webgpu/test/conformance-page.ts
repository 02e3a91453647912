// Runs in the browser: the conformance suite, its result posted back to the test.
import { allSamples, conformance } from "@gradkit/tensor/testing";
import { webgpu } from "../src/index.ts";

export interface PageResult {
  readonly adapter: string | null;
  readonly passed: number;
  readonly failures: readonly string[];
}

async function run(): Promise<PageResult> {
  const backend = await webgpu();
  if (!backend) return { adapter: null, passed: 0, failures: [] };
  const knownFailures = Object.fromEntries(
    (allSamples().transfer ?? []).map(({ name }) => [`transfer: ${name}`, "needs synchronous reads"]),
  );
  const failures: string[] = [];
  let passed = 0;
  for (const { name, run: check } of conformance({ backend, knownFailures })) {
    try {
      await check();
      passed++;
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  return { adapter: backend.adapter, passed, failures };
}

const result = await run().catch((error: Error): PageResult => ({ adapter: "?", passed: 0, failures: [String(error.stack)] }));
await fetch("/result", { method: "POST", body: JSON.stringify(result) });
