// Who is measured, and how its process is started.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Contestant {
  readonly name: string;
  readonly title: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly env?: Readonly<Record<string, string>>;
}

export const peerNames = ["tfjs", "jax-js", "onnxruntime", "torch"] as const;
export type PeerName = (typeof peerNames)[number];

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const source = (file: string, ...args: string[]): Contestant["command"] => [
  process.execPath,
  "--conditions=@gradkit/source",
  path(file),
  ...args,
];

/** gradkit with its default number of threads, and with one. */
export const ours: readonly [Contestant, Contestant] = [
  { name: "gradkit", title: "gradkit", command: source("gradkit/main.ts") },
  { name: "gradkit-1", title: "gradkit, 1 thread", command: source("gradkit/main.ts", "1") },
];

const torch = (python: string, threads: number): Contestant => ({
  name: `torch-${threads}`,
  title: `PyTorch, ${threads} thread${threads > 1 ? "s" : ""}`,
  command: [python, path("../peers/torch/main.py"), String(threads)],
  env: { OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) },
});

export function contestantsOf(peer: PeerName, python: string): readonly Contestant[] {
  if (peer === "tfjs") return [{ name: "tfjs", title: "TensorFlow.js wasm", command: source("../peers/tfjs/main.ts") }];
  if (peer === "jax-js") return [{ name: "jax-js", title: "jax-js wasm", command: source("../peers/jax-js/main.ts") }];
  if (peer === "onnxruntime") return [{ name: "onnxruntime", title: "onnxruntime-web", command: source("../peers/onnxruntime/main.ts") }];
  return [torch(python, 1), torch(python, 2)];
}

function importsTorch(python: string): boolean {
  try {
    execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A Python that has torch: the one that was named, or else the first of the usual ones; null where there is none. */
export function findPython(named: string | undefined): string | null {
  const candidates = named === undefined ? [process.env.PYTHON, "python3", "/usr/bin/python3"] : [named];
  return candidates.find((python) => python !== undefined && (!python.includes("/") || existsSync(python)) && importsTorch(python)) ?? null;
}
