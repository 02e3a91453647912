// A measured row, for a person at a terminal.
import { compare } from "./compare.ts";
import { type Contestant, ours } from "./contestants.ts";
import { digits, figure, goalText, medianMs, rate } from "./format.ts";
import type { Row } from "./results.ts";
import { goalOf, type Workload } from "./workloads.ts";

export function printRow(workload: Workload, { results, mismatches }: Row, contestants: readonly Contestant[]): void {
  const goal = goalText(goalOf(workload));
  console.log(`\n${workload.title}${goal && `   goal ${goal}`}   [${workload.name}]`);
  const own = new Set(ours.map(({ name }) => name));
  for (const { name, title } of contestants) {
    const result = results[name];
    if (!result) continue;
    const label = `  ${title.padEnd(20)}`;
    if ("error" in result) {
      console.log(label, `– ${result.error}`);
      continue;
    }
    const compared = own.has(name) ? null : compare(workload, name, results);
    const columns = [
      figure(result).padStart(10),
      ("rounds" in result ? rate(workload, medianMs(result)) : result.note).padStart(14),
      compared ? `gradkit takes ×${digits(compared.ratio)}${compared.aim === null ? "" : `, goal ×${digits(compared.aim)}`}` : "",
      mismatches[name] ? `MISMATCH: ${mismatches[name]}` : "",
    ];
    console.log(label, columns.join("  ").trimEnd());
  }
}
