// Bundled by tools/check-packages.ts, and run on the oldest Node that we support.
import { runConformance } from "./run-conformance.ts";

const { threads, passed, failures } = await runConformance();
console.log(`${passed} conformance cases pass${threads ? " on three threads" : ""}`);
if (failures.length > 0 || !threads)
  throw new Error(`${threads ? "" : "no threads. "}${failures.length} cases fail:\n${failures.join("\n")}`);
process.exit(0); // workers still look out for work
