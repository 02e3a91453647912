// Runs in the browser: the conformance suite on the page, the cases of the contract in a worker, the results posted back to the test.
import { allSamples, type ConformanceCase, conformance } from "@gradkit/tensor/testing";
import { webgpu } from "../src/index.ts";

export interface SuiteResult {
  readonly adapter: string | null;
  readonly passed: number;
  readonly failures: readonly string[];
}

export interface PageResult {
  readonly page: SuiteResult;
  readonly worker: SuiteResult;
}

async function run(selected: (item: ConformanceCase) => boolean): Promise<SuiteResult> {
  const backend = await webgpu();
  if (!backend) return { adapter: null, passed: 0, failures: [] };
  const knownFailures = Object.fromEntries(
    (allSamples().transfer ?? []).map(({ name }) => [`transfer: ${name}`, "needs synchronous reads"]),
  );
  const failures: string[] = [];
  let passed = 0;
  for (const item of conformance({ backend, knownFailures }).filter(selected)) {
    try {
      await item.run();
      passed++;
    } catch (error) {
      failures.push(`${item.name}: ${(error as Error).message}`);
    }
  }
  return { adapter: backend.adapter, passed, failures };
}

const crashed = (error: unknown): SuiteResult => ({ adapter: "?", passed: 0, failures: [String((error as Error).stack ?? error)] });

if (typeof document === "undefined") {
  postMessage(await run(({ name }) => name.startsWith("contract: ")).catch(crashed));
} else {
  const page = await run(() => true).catch(crashed);
  const worker = await new Promise<SuiteResult>((resolve) => {
    const inWorker = new Worker("/page.js", { type: "module" });
    inWorker.onmessage = ({ data }) => resolve(data);
    inWorker.onerror = ({ message }) => resolve(crashed(message));
  });
  const result: PageResult = { page, worker };
  await fetch("/result", { method: "POST", body: JSON.stringify(result) });
}
