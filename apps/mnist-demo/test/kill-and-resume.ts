// Kills a training run at random instants and lets it go on each time: `node --conditions=@gradkit/source kill-and-resume.ts KILLS`. Tells how
// many of the kills hit a write. The test does the same with fewer.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = join(import.meta.dirname, "killable-run.ts");
const STEPS_PER_KILL = 6;
/** Where the clock of a kill starts, and how far it may run: every second kill aims at a write. */
const aims = [
  { from: "saved", withinMs: 200 },
  { from: "saving", withinMs: 10 },
];

export interface KillReport {
  readonly kills: number;
  /** Kills that left an unfinished temporary file. */
  readonly duringWrite: number;
  /** Steps that had to be done again, at most, after a kill. */
  readonly mostStepsLost: number;
  /** How far the run had come, of how many steps. */
  readonly stepsAtLastKill: number;
  readonly steps: number;
  /** Digests of the weights: of the run that was killed, and of one that was not. */
  readonly killed: string;
  readonly uninterrupted: string;
}

interface Outcome {
  /** The step at which it began, and the last one it said was saved. */
  readonly start: number;
  readonly saved: number;
  /** Null when it was killed. */
  readonly digest: string | null;
}

interface Kill {
  /** The word that starts the clock. */
  readonly from: string;
  readonly afterMs: number;
}

/** Runs the program; kills it, if it is to be killed. */
function runOnce(file: string, steps: number, kill: Kill | null): Promise<Outcome> {
  const child = spawn(process.execPath, ["--conditions=@gradkit/source", program, file, String(steps)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  let armed = false;
  child.stdout.on("data", (chunk: Buffer) => {
    output += String(chunk);
    if (!kill || armed || !output.includes(kill.from)) return;
    armed = true;
    setTimeout(() => child.kill("SIGKILL"), kill.afterMs);
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      if (code !== 0 && signal !== "SIGKILL") return reject(new Error(`the run ended with ${code ?? signal}:\n${output}`));
      const last = (word: string): string | undefined => output.match(new RegExp(`(?<=^${word} ).*`, "gm"))?.at(-1);
      const start = Number(last("start"));
      resolve({ start, saved: Number(last("saved") ?? start), digest: last("done") ?? null });
    });
  });
}

/** Throws when a run cannot go on with what a kill left. */
export async function killAndResume(kills: number, random: () => number = Math.random): Promise<KillReport> {
  const directory = mkdtempSync(join(tmpdir(), "gradkit-kill-"));
  const steps = kills * STEPS_PER_KILL;
  try {
    const whole = await runOnce(join(directory, "uninterrupted"), steps, null);
    const file = join(directory, "killed");
    let saved = 0;
    let mostStepsLost = 0;
    for (let i = 0; i < kills; i++) {
      const { from, withinMs } = aims[i % aims.length] as (typeof aims)[number];
      const outcome = await runOnce(file, steps, { from, afterMs: random() * withinMs });
      mostStepsLost = Math.max(mostStepsLost, saved - outcome.start);
      saved = outcome.saved;
    }
    const duringWrite = readdirSync(directory).filter((name) => name.endsWith(".tmp")).length;
    const last = await runOnce(file, steps, null);
    mostStepsLost = Math.max(mostStepsLost, saved - last.start);
    return { kills, duringWrite, mostStepsLost, stepsAtLastKill: saved, steps, killed: digest(last), uninterrupted: digest(whole) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function digest(outcome: Outcome): string {
  if (!outcome.digest) throw new Error("the run did not end");
  return outcome.digest;
}

if (import.meta.main) console.log(await killAndResume(Number(process.argv[2] ?? 20)));
