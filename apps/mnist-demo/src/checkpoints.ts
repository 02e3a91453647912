// Saving a run now and then, and going on with one that was stopped.
import { loadCheckpoint, type Run, saveCheckpoint } from "@gradkit/data/checkpoint";
import { UsageError } from "./options.ts";

type Setting = string | number | boolean;

export interface CheckpointOptions {
  readonly file: string;
  /** Steps from one save to the next; epochs end with one, too. */
  readonly saveEvery: number;
  /** A checkpoint to go on with. */
  readonly resume: string | undefined;
  /** Options that a resumed run must share with the one that was stopped, by their names on the command line. */
  readonly settings: Readonly<Record<string, Setting>>;
}

export class Checkpoints {
  readonly #options: CheckpointOptions;
  readonly #run: Run;
  #steps = 0;

  constructor(options: CheckpointOptions, run: Run) {
    const { settings } = options;
    const loadStateDict = (saved: typeof settings): void => checkSettings(settings, saved);
    this.#options = options;
    this.#run = { settings: { stateDict: () => settings, loadStateDict }, ...run }; // settings first: a wrong one changes nothing
  }

  /** Restores the run where it is to be resumed; returns whether it is. */
  async restore(): Promise<boolean> {
    const { resume } = this.#options;
    if (resume !== undefined) await loadCheckpoint(resume, this.#run);
    return resume !== undefined;
  }

  /** To be called after every step. */
  async countStep(): Promise<void> {
    if (++this.#steps % this.#options.saveEvery === 0) await this.save();
  }

  save(): Promise<void> {
    return saveCheckpoint(this.#options.file, this.#run);
  }
}

function checkSettings(now: Readonly<Record<string, Setting>>, saved: Readonly<Record<string, Setting>>): void {
  const flag = (name: string, value: Setting | undefined): string =>
    typeof value === "boolean" ? `${value ? "" : "no "}--${name}` : `--${name} ${value}`;
  const changed = Object.keys(now).filter((name) => now[name] !== saved[name]);
  if (changed.length === 0) return;
  const [was, is] = [saved, now].map((settings) => changed.map((name) => flag(name, settings[name])).join(" "));
  throw new UsageError(`--resume: that run had ${was}, this one has ${is}. Repeat its options`);
}
