// Runs cases one after the other and judges each.
import { manualSeed } from "@gradkit/tensor";
import type { Context, Family } from "./families/context.ts";
import { errors } from "./families/errors.ts";
import { init } from "./families/init.ts";
import { losses } from "./families/losses.ts";
import { modules } from "./families/modules.ts";
import { ops } from "./families/ops.ts";
import { optim } from "./families/optim.ts";
import { traj } from "./families/traj.ts";
import { explain, Inexpressible, type Outcome } from "./outcome.ts";
import type { Case } from "./reader.ts";

const families: Readonly<Record<string, Family<never>>> = { ops, losses, modules, optim, init, traj, errors };

async function check(golden: Case, context: Context): Promise<void> {
  const family = families[golden.family];
  if (!family) throw new Inexpressible(`no family ${golden.family}`);
  await family(golden as never, context);
}

export async function runCase(golden: Case, context: Context): Promise<Outcome> {
  const { id, family, group } = golden;
  manualSeed(0); // a case draws the same numbers alone and among others
  try {
    await check(golden, context);
    return { id, family, group, status: "passed", reason: "" };
  } catch (error) {
    return { id, family, group, ...explain(error) };
  }
}

export async function runCases(cases: readonly Case[], context: Context): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const golden of cases) outcomes.push(await runCase(golden, context));
  return outcomes;
}
