// Fresh processes, in turn, from their start to the first number of a 64×64 product of ones.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildPackages } from "./build-packages.ts";
import { type Contestant, ours } from "./contestants.ts";
import type { Options } from "./options.ts";
import type { Slice } from "./protocol.ts";
import type { Result, Row } from "./results.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Contestant → its program; who is missing here has no cold start of its own. */
const programs: Readonly<Record<string, (contestant: Contestant) => readonly string[]>> = {
  [ours[0].name]: () => [process.execPath, path("gradkit/cold-start.mjs")],
  tfjs: () => [process.execPath, path("../peers/tfjs/cold-start.mjs")],
  "jax-js": () => [process.execPath, path("../peers/jax-js/cold-start.mjs")],
  "torch-1": ({ command: [python] }) => [python, "-c", "import torch; print((torch.ones(64, 64) @ torch.ones(64, 64))[0, 0].item())"],
};

function start([program, ...args]: readonly string[]): { readonly ms: number; readonly answer: number; readonly error: string } {
  const begin = performance.now();
  const { stdout, stderr, error } = spawnSync(program as string, args, { encoding: "utf8" });
  const ms = performance.now() - begin;
  return { ms, answer: Number(stdout.trim().split("\n").at(-1)), error: error?.message ?? stderr.trim().split("\n").at(-1) ?? "" };
}

export function measureColdStart(contestants: readonly Contestant[], { rounds }: Options, onProgress: (fraction: number) => void): Row {
  buildPackages();
  const measured = new Map<string, Slice[]>();
  const results: Record<string, Result> = {};
  const commands = contestants.flatMap((each) => {
    const program = programs[each.name];
    return program ? [[each.name, program(each)] as const] : [];
  });
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of commands) {
      const { ms, answer, error } = start(command);
      if (answer !== 64) results[name] = { error: error || `it answered ${answer}, not 64` };
      measured.set(name, [...(measured.get(name) ?? []), { median: ms, best: ms, calls: 1 }]);
    }
    onProgress((round + 1) / rounds);
  }
  for (const [name, slices] of measured) results[name] ??= { rounds: slices, check: [64] };
  return { workload: "cold-start", results, mismatches: {} };
}
