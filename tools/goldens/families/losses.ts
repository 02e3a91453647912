// Losses: the function form and the module form give the same numbers and gradients.
import { construct } from "../modules.ts";
import { decodeArgs } from "../values.ts";
import type { Family } from "./context.ts";
import { checkCall, type OpCase, ops } from "./ops.ts";

export interface LossCase extends OpCase {
  readonly module: string;
  readonly moduleKwargs: Readonly<Record<string, unknown>>;
}

export const losses: Family<LossCase> = async (golden, context) => {
  const ctor = decodeArgs({ args: [], kwargs: golden.moduleKwargs }, context.library);
  await ops(golden, context);
  await checkCall(golden, context, ({ args }) => construct(golden.module, ctor, context.library).call(...args));
};
