// Calls that raise in PyTorch must throw one of the library's own errors, at once or from the promise.
import { defaultDevice, GradkitError, UnsupportedError } from "@gradkit/tensor";
import { Mismatch } from "../outcome.ts";
import type { Case } from "../reader.ts";
import { type Args, decodeArgs } from "../values.ts";
import type { Family } from "./context.ts";
import { express } from "./ops.ts";

export interface ErrorCase extends Case, Args {
  readonly op: string;
  readonly errorType: string;
  readonly message: string;
}

export const errors: Family<ErrorCase> = async (golden, context) => {
  const { call, args } = express(golden.op, decodeArgs(golden, context.library), context);
  try {
    await call(...args);
    await defaultDevice().synchronize(); // a GPU finds indices out of range when it uses them
  } catch (error) {
    if (error instanceof GradkitError && !(error instanceof UnsupportedError)) return;
    throw error;
  }
  throw new Mismatch(`did not throw. PyTorch: ${golden.errorType}: ${golden.message.split("\n")[0]}`);
};
