// Figures as text.

import type { Goal } from "./goals.ts";
import type { Measured, Result } from "./results.ts";
import { median } from "./statistics.ts";
import type { Workload } from "./workloads.ts";

/** Three significant digits. */
export function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  if (value >= 1) return value.toFixed(2);
  return value.toFixed(3);
}

/** Milliseconds, or microseconds below a tenth. */
export const time = (ms: number): string => (ms < 0.1 ? `${digits(ms * 1000)} µs` : `${digits(ms)} ms`);

export const medianMs = ({ rounds }: Measured): number => median(rounds.map((slice) => slice.median));

/** Arithmetic or traffic a second, where the row counts it. */
export function rate(workload: Workload, ms: number): string {
  if ("flops" in workload && workload.flops) return `${digits(workload.flops / ms / 1e6)} GFLOP/s`;
  if ("bytes" in workload && workload.bytes) return `${digits(workload.bytes / ms / 1e6)} GB/s`;
  return "";
}

export function figure(result: Result): string {
  if ("rounds" in result) return time(medianMs(result));
  if ("bytes" in result) return `${digits(result.bytes / 1000)} kB`;
  return "–";
}

const bound = (goal: Goal, value: number): string => {
  if (goal.unit === "GFLOP/s") return `≥ ${value} GFLOP/s`;
  return goal.unit === "kB" ? `≤ ${value} kB` : `≤ ${value < 0.1 ? `${value * 1000} µs` : `${value} ms`}`;
};

/** "≥ 54 GFLOP/s (1 thread), ≥ 104 GFLOP/s (2)". */
export function goalText(goal: Goal | null): string {
  if (!goal) return "";
  const { one, two } = goal;
  return [
    one !== undefined && `${bound(goal, one)}${goal.unit === "kB" ? "" : " (1 thread)"}`,
    two !== undefined && `${bound(goal, two)} (2)`,
  ]
    .filter(Boolean)
    .join(", ");
}

/** Seconds as m:ss. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
