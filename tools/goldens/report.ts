// Outcomes as text: a table per family, what failed and why, and the closing line.
import type { Outcome, Status } from "./outcome.ts";

const groupBy = (outcomes: readonly Outcome[], key: "family" | "group" | "reason"): Map<string, Outcome[]> => {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const members = groups.get(outcome[key]);
    if (members) members.push(outcome);
    else groups.set(outcome[key], [outcome]);
  }
  return groups;
};

type Counts = Record<Status, number>;

const count = (outcomes: readonly Outcome[]): Counts => {
  const counts: Counts = { passed: 0, failed: 0, unsupported: 0 };
  for (const { status } of outcomes) counts[status]++;
  return counts;
};

const row = (name: string, { passed, failed, unsupported }: Counts, width: number): string =>
  `${name.padEnd(width)} ${String(passed).padStart(7)} ${String(failed).padStart(7)} ${String(unsupported).padStart(12)}`;

function table(family: string, outcomes: readonly Outcome[]): string {
  const groups = groupBy(outcomes, "group");
  const width = Math.max(family.length, ...[...groups.keys()].map((group) => group.length));
  return [
    `${family.padEnd(width)}  passed  failed  unsupported`,
    ...[...groups].map(([group, members]) => row(group, count(members), width)),
    row("", count(outcomes), width),
    "",
  ].join("\n");
}

const list = (title: string, lines: readonly string[]): string => (lines.length > 0 ? `${[title, ...lines].join("\n")}\n\n` : "");

/** Each missing thing once, with how many cases want it. */
function missing(outcomes: readonly Outcome[]): string[] {
  const reasons = groupBy(
    outcomes.filter(({ status }) => status === "unsupported"),
    "reason",
  );
  return [...reasons]
    .map(([reason, members]) => `  ${String(members.length).padStart(4)} × ${reason}`)
    .sort()
    .reverse();
}

export const closingLine = (outcomes: readonly Outcome[]): string => {
  const { passed, failed, unsupported } = count(outcomes);
  return `${passed} passed, ${failed} failed, ${unsupported} unsupported`;
};

export function report(outcomes: readonly Outcome[]): string {
  const families = groupBy(outcomes, "family");
  const failures = outcomes.filter(({ status }) => status === "failed").map(({ id, reason }) => `  ${id}: ${reason}`);
  return [
    ...[...families].map(([family, members]) => `${table(family, members)}\n`),
    list("unsupported", missing(outcomes)),
    list("failed", failures),
    closingLine(outcomes),
  ].join("");
}
