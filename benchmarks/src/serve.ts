// The loop inside a measured process: prepares what it is asked for, and times slices of it.
import { createInterface } from "node:readline";
import { ANSWER, type Prepared, type Ready, type Request, type Slice } from "./protocol.ts";
import { median } from "./statistics.ts";
import type { Work } from "./workloads.ts";

/** One workload, ready to be repeated. */
export interface Runnable {
  /** One call to its end, the result dropped. A promise where the library's own calls are promises. */
  step(): void | Promise<void>;
  /** What `Prepared.check` says; called before any step. */
  check(): Promise<readonly number[]>;
}

export interface Contestant extends Ready {
  prepare(work: Work): Runnable | Promise<Runnable>;
}

/** Why a contestant has no figure in a row. */
export class NotComparable extends Error {}

const SAMPLE_MS = 0.1; // shorter calls are timed several at a time, for the clock's sake
const CHECK_STEPS = 4;
const CHECK_MS = 4000;

/** Losses of the first training steps: fewer where they take seconds. */
export async function firstLosses(step: () => Promise<number>): Promise<number[]> {
  const losses: number[] = [];
  const end = performance.now() + CHECK_MS;
  do losses.push(await step());
  while (losses.length < CHECK_STEPS && performance.now() < end);
  return losses;
}

async function repeat(step: Runnable["step"], calls: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) {
    const pending = step();
    if (pending) await pending;
  }
  return (performance.now() - start) / calls;
}

/** Runs for at least `ms` and at least once: milliseconds of a call, sample by sample. */
async function samples(step: Runnable["step"], callsEach: number, ms: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + ms;
  do times.push(await repeat(step, callsEach));
  while (performance.now() < end);
  return times;
}

export async function serve({ versions, prepare }: Contestant): Promise<void> {
  let running: Runnable | null = null;
  let callsEach = 1;

  async function answer(request: Exclude<Request, { ask: "exit" }>): Promise<Prepared | Slice> {
    if (request.ask === "prepare") {
      running = await prepare(request.work);
      const check = await running.check();
      callsEach = 1;
      const warm = median(await samples(running.step, 1, request.warmUpMs));
      callsEach = Math.max(1, Math.ceil(SAMPLE_MS / warm));
      return { check };
    }
    const times = await samples((running as Runnable).step, callsEach, request.ms);
    return { median: median(times), best: Math.min(...times), calls: times.length * callsEach };
  }

  const say = (message: object): boolean => process.stdout.write(`${ANSWER}${JSON.stringify(message)}\n`);
  say({ versions } satisfies Ready);
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    if (request.ask === "exit") break;
    try {
      say(await answer(request));
    } catch (error) {
      say({ error: error instanceof NotComparable ? error.message : String(error) });
    }
  }
  process.exit(0); // worker threads of a library may still wait for work
}

/** The version of an installed package. */
export async function versionOf(manifest: string): Promise<string> {
  const { default: contents } = (await import(manifest, { with: { type: "json" } })) as { default: { version: string } };
  return contents.version;
}
