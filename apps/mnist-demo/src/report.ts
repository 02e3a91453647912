// The result as tables: per class, and which digit was taken for which.

import { type ConfusionMatrix, classAccuracies } from "./evaluate.ts";
import { bar } from "./progress.ts";

const BAR_FROM = 0.9; // below it a bar is empty: differences in the last percents are what there is to see

export function classTable(counts: ConfusionMatrix, classes: readonly string[], note = ""): string {
  const rows = classAccuracies(counts).map((fraction, i) => {
    const picture = bar(Math.max(0, (fraction - BAR_FROM) / (1 - BAR_FROM)), 20);
    return `  ${classes[i]}  ${(100 * fraction).toFixed(2).padStart(6)} %  ${picture}`.trimEnd();
  });
  return [`accuracy per digit${note}; bars from 90 % to 100 %`, ...rows].join("\n");
}

export function confusionTable(counts: ConfusionMatrix, classes: readonly string[]): string {
  const width = Math.max(...counts.flat().map((count) => String(count).length), 2) + 1;
  const cell = (text: string | number): string => String(text).padStart(width);
  const header = `      ${classes.map(cell).join("")}   taken for`;
  const rows = counts.map((row, i) => `  ${classes[i]} │ ${row.map((count) => cell(count === 0 ? "·" : count)).join("")}`);
  return ["confusion matrix", header, `    ┌${"─".repeat(width * classes.length + 1)}`, ...rows].join("\n");
}
