// What holds while a function runs does not hold for an async one, which goes on after it has returned.
import type { GradkitError } from "./errors.ts";

/** Throws an error of the given class where `result` is an async function's. No closure makes the error: scopes are opened for every op. */
export function refuseAsync(
  result: unknown,
  Refusal: new (op: string, problem: string) => GradkitError,
  op: string,
  problem: string,
): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => {}); // the refusal is the error to be seen
  throw new Refusal(op, problem);
}
