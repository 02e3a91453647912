// What can become of a case. Families throw; `judge` turns what they throw into an outcome.
import { GradkitError, UnsupportedError } from "@gradkit/tensor";

export type Status = "passed" | "failed" | "unsupported";

export interface Outcome {
  readonly id: string;
  readonly family: string;
  readonly group: string;
  readonly status: Status;
  /** Why it did not pass; empty where it did. */
  readonly reason: string;
}

/** The runner has no way to say this case with the library as it is: a function, a module or a dtype is missing. */
export class Inexpressible extends Error {
  override name = "Inexpressible";
}

/** The library gave another answer than PyTorch. */
export class Mismatch extends Error {
  override name = "Mismatch";
}

/** The last part of a stack that lies in the library: where an exception that nobody meant comes from. */
const origin = (error: Error): string =>
  error.stack
    ?.split("\n")
    .find((line) => line.includes("/packages/"))
    ?.trim() ?? "";

/** Only what cannot be expressed, and what the library itself calls unsupported, is unsupported; any other exception is a failure. */
export function explain(error: unknown): { status: Status; reason: string } {
  if (error instanceof Inexpressible) return { status: "unsupported", reason: error.message };
  if (error instanceof UnsupportedError) return { status: "unsupported", reason: error.message };
  if (error instanceof Mismatch) return { status: "failed", reason: error.message };
  if (error instanceof GradkitError) return { status: "failed", reason: `threw ${error.name}: ${error.message}` };
  if (error instanceof Error) return { status: "failed", reason: `threw ${error.name}: ${error.message} ${origin(error)}` };
  return { status: "failed", reason: `threw ${String(error)}` };
}
