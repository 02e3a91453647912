// A measured row, for a person at a terminal.
import { type Contestant, ours } from "./contestants.ts";
import { digits, figure, goalText, medianMs, rate } from "./format.ts";
import { type Row, ratio } from "./results.ts";
import type { Workload } from "./workloads.ts";

export function printRow(workload: Workload, { results, mismatches }: Row, contestants: readonly Contestant[]): void {
  const goal = goalText(workload.goal);
  console.log(`\n${workload.title}${goal && `   goal ${goal}`}   [${workload.name}]`);
  const mine = results[ours[0].name];
  for (const { name, title } of contestants) {
    const result = results[name];
    if (!result) continue;
    const label = `  ${title.padEnd(20)}`;
    if ("error" in result) {
      console.log(label, `– ${result.error}`);
      continue;
    }
    const compared = name === ours[0].name ? null : ratio(mine, result);
    const columns = [
      figure(result).padStart(10),
      ("rounds" in result ? rate(workload, medianMs(result)) : result.note).padStart(14),
      compared === null ? "" : `gradkit takes ×${digits(compared)}`,
      mismatches[name] ? `MISMATCH: ${mismatches[name]}` : "",
    ];
    console.log(label, columns.join("  ").trimEnd());
  }
}
