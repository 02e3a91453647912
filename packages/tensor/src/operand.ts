// What is given to an op in place of a tensor, and what to say about it.
import { copiesLoaded } from "./copies.ts";
import { GradkitError } from "./errors.ts";

/** The error about an operand that is no tensor of this library. */
export function notATensor(op: string, value: unknown): GradkitError {
  if (value instanceof Promise)
    return new GradkitError(op, "an operand is a promise. Reading is asynchronous: write `await` before item(), data() or tolist()");
  if (typeof value === "object" && value !== null && "storage" in value && "strides" in value)
    return new GradkitError(op, `an operand belongs to another copy of @gradkit/tensor. ${copiesLoaded()}`);
  const name = value === null || typeof value !== "object" ? String(value) : value.constructor?.name;
  return new GradkitError(op, `expected a tensor (got ${name}). Make one of numbers with tensor(…)`);
}
