// What the run says to the processes that it measures, one JSON object a line on their standard input, and what they answer: "@@" and a JSON object on
// standard output. Other lines are the libraries' own. peers/torch/main.py speaks it too.
import type { ModelSpec } from "./models.ts";
import type { Work } from "./workloads.ts";

export const ANSWER = "@@";

export type Request =
  /** Makes the work ready, runs it and answers with a Prepared. `model` comes with training. */
  | { readonly ask: "prepare"; readonly work: Work; readonly model: ModelSpec | null; readonly warmUpMs: number }
  /** Repeats it for that long and answers with a Slice. */
  | { readonly ask: "time"; readonly ms: number }
  | { readonly ask: "exit" };

/** The first line of a process. */
export interface Ready {
  /** Package → version. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface Prepared {
  /** Losses of the first steps, or a checksum of the results: equal for all who did the same work. */
  readonly check: readonly number[];
}

/** Milliseconds of one call. */
export interface Slice {
  readonly median: number;
  readonly best: number;
  readonly calls: number;
}

export type Answer<Result> = Result | { readonly error: string };
