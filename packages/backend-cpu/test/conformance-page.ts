// Runs in the browser: the results are posted back to the test.
import { type Outcome, runConformance } from "./run-conformance.ts";

const crashed = (error: unknown): Outcome => {
  return { shared: false, threads: false, sum: 0, passed: 0, failures: [String((error as Error).stack ?? error)] };
};

await fetch("/result", { method: "POST", body: JSON.stringify(await runConformance().catch(crashed)) });
