// gradkit beside another contestant in one row.
import { ours } from "./contestants.ts";
import { goalRatio, isOfOneThread } from "./goals.ts";
import { type Result, ratio } from "./results.ts";
import { goalOf, type Workload } from "./workloads.ts";

export interface Comparison {
  /** What gradkit takes in terms of the other: with one thread where that is what the goal is about. */
  readonly ratio: number;
  /** What that was to be; null where there is no goal. */
  readonly aim: number | null;
}

export function compare(workload: Workload, contestant: string, results: Readonly<Record<string, Result>>): Comparison | null {
  const [all, single] = ours;
  const goal = goalOf(workload);
  const mine = (isOfOneThread(goal) && results[single.name]) || results[all.name];
  const compared = ratio(mine, results[contestant]);
  return compared === null ? null : { ratio: compared, aim: goalRatio(goal, contestant) };
}
