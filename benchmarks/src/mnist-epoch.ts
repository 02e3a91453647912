// One epoch on MNIST's own files with the demo's models, in gradkit and, where a Python has torch, in PyTorch: seconds and test accuracy.
// `node --conditions=@gradkit/source benchmarks/src/mnist-epoch.ts --data DIR [--json FILE] [--python PATH]`
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findPython } from "./contestants.ts";
import { commit, machine } from "./machine.ts";
import type { Epoch, EpochRun } from "./mnist-results.ts";

/** Two seeds of one model differ by less than this after an epoch. */
const ACCURACY_APART = 0.0075;

interface Contestant {
  readonly title: string;
  readonly command: readonly string[];
  readonly threads: string;
}

const {
  data,
  json,
  python: named,
} = parseArgs({
  options: { data: { type: "string" }, json: { type: "string" }, python: { type: "string" } },
}).values;
if (data === undefined) throw new Error("--data DIR: the directory with MNIST's four files");

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const gradkit = [process.execPath, "--conditions=@gradkit/source", path("gradkit/mnist-epoch.ts")];
const python = findPython(named);
if (!python) console.log("No Python with torch was found (--python PATH): gradkit alone");

const contestants: Contestant[] = [
  { title: "gradkit", command: gradkit, threads: "all" },
  { title: "gradkit, 1 thread", command: gradkit, threads: "1" },
  ...(python
    ? ["1", "2"].map((threads) => ({
        title: `PyTorch, ${threads} thread${threads === "1" ? "" : "s"}`,
        command: [python, path("../peers/torch/mnist_epoch.py")],
        threads,
      }))
    : []),
];

function run({ title, command, threads }: Contestant, model: string): Epoch {
  const [program, ...args] = command as [string, ...string[]];
  const env = title.startsWith("PyTorch") ? { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads } : process.env;
  const output = execFileSync(program, [...args, model, data as string, threads], {
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { seconds, accuracy } = JSON.parse(output.trim().split("\n").at(-1) as string) as Epoch;
  console.log(`${model.padEnd(8)}${title.padEnd(20)}${seconds.toFixed(1).padStart(7)} s  ${(100 * accuracy).toFixed(2)} %`);
  return { model, title, seconds, accuracy };
}

const header = { date: new Date().toISOString(), commit: commit(), machine: machine() };
const epochs = ["lenet", "cnn"].flatMap((model) => contestants.map((contestant) => run(contestant, model)));
if (json) writeFileSync(json, `${JSON.stringify({ ...header, epochs } satisfies EpochRun, null, 1)}\n`);

for (const { model, title, accuracy } of epochs) {
  const reference = epochs.find((each) => each.model === model) as Epoch;
  if (Math.abs(accuracy - reference.accuracy) <= ACCURACY_APART) continue;
  console.log(
    `FAILED: ${model}: ${title} reads ${(100 * accuracy).toFixed(2)} % of the test images, gradkit ${(100 * reference.accuracy).toFixed(2)} %`,
  );
  process.exitCode = 1;
}
