// What a run leaves: everything that was measured, with what it was measured on.
import type { Slice } from "./protocol.ts";
import { medianRatio } from "./statistics.ts";

/** Of one contestant in one row. */
export interface Measured {
  /** Round by round. Milliseconds; the fresh processes of the cold start are rounds too. */
  readonly rounds: readonly Slice[];
  readonly check: readonly number[];
}
export interface Weighed {
  /** gzip, with everything that the page downloads. */
  readonly bytes: number;
  readonly note: string;
}
export interface Absent {
  readonly error: string;
}
export type Result = Measured | Weighed | Absent;

export interface Row {
  readonly workload: string;
  /** Contestant → result. */
  readonly results: Readonly<Record<string, Result>>;
  /** Peer → how it disagrees with gradkit. */
  readonly mismatches: Readonly<Record<string, string>>;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly os: string;
  readonly node: string;
  /** Processes that wanted a core in the minute before the run: above 0 something else was running. */
  readonly load: number;
}

export interface Run {
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  /** Contestant → package → version. */
  readonly versions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly rounds: number;
  readonly sliceMs: number;
  readonly rows: readonly Row[];
}

/** What one unit of time or size of ours is to one of theirs: below 1 gradkit is ahead. Null where one has no figure. */
export function ratio(ours: Result | undefined, theirs: Result | undefined): number | null {
  if (!ours || !theirs) return null;
  if ("rounds" in ours && "rounds" in theirs)
    return medianRatio(
      ours.rounds.map((slice) => slice.median),
      theirs.rounds.map((slice) => slice.median),
    );
  if ("bytes" in ours && "bytes" in theirs) return ours.bytes / theirs.bytes;
  return null;
}
