// One row: everybody prepares the same work, then all are asked in turn, A B C A B C, so that a busy minute meets everybody.
import { setTimeout } from "node:timers/promises";
import { disagreement } from "./checksum.ts";
import { ours } from "./contestants.ts";
import type { MeasuredProcess } from "./measured-process.ts";
import { models } from "./models.ts";
import type { Options } from "./options.ts";
import type { Slice } from "./protocol.ts";
import type { Result, Row } from "./results.ts";
import type { RepeatedWorkload } from "./workloads.ts";

const SETTLE_MS = 100; // threads of a library look out for work after it: PyTorch's take up to 60 ms of the next one's time
const SLOW_MS = 1000; // a call of that length is asked for in the first rounds only
const SLOW_ROUNDS = 3;

interface Entry {
  readonly process: MeasuredProcess;
  readonly check: readonly number[];
  readonly rounds: Slice[];
}

export async function measureRow(
  { name, work }: RepeatedWorkload,
  processes: readonly MeasuredProcess[],
  { rounds, sliceMs, warmUpMs }: Options,
  onProgress: (fraction: number) => void,
): Promise<Row> {
  const results: Record<string, Result> = {};
  const entries: Entry[] = [];
  const model = work.kind === "train" ? models[work.model] : null;
  const total = processes.length * (rounds + 1);
  let done = 0;
  const step = (): void => onProgress(++done / total);

  for (const process of processes) {
    const prepared = await process.prepare({ work, model, warmUpMs });
    step();
    if ("error" in prepared) results[process.contestant.name] = prepared;
    else entries.push({ process, check: prepared.check, rounds: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      step();
      if (entry.process.contestant.name in results) continue;
      if (round >= SLOW_ROUNDS && (entry.rounds[0]?.median ?? 0) > SLOW_MS) continue;
      await setTimeout(SETTLE_MS);
      const slice = await entry.process.time(sliceMs);
      if ("error" in slice) results[entry.process.contestant.name] = slice;
      else entry.rounds.push(slice);
    }
  }
  for (const { process, check, rounds } of entries) results[process.contestant.name] ??= { rounds, check };
  return { workload: name, results, mismatches: mismatchesIn(results) };
}

/** Everybody's check against that of gradkit with default threads. */
export function mismatchesIn(results: Readonly<Record<string, Result>>): Record<string, string> {
  const reference = results[ours[0].name];
  if (!reference || !("check" in reference)) return {};
  const found: Record<string, string> = {};
  for (const [name, result] of Object.entries(results)) {
    const problem = "check" in result ? disagreement(reference.check, result.check) : null;
    if (problem) found[name] = problem;
  }
  return found;
}
