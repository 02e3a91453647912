// The tables of docs/performance.md, from what stands in results/. The words around them are by hand.
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compare } from "./compare.ts";
import { contestantsOf, ours, peerNames } from "./contestants.ts";
import { digits, figure, goalText, medianMs, rate } from "./format.ts";
import type { EpochRun } from "./mnist-results.ts";
import type { Result, Run } from "./results.ts";
import { goalOf, type Workload, workloads } from "./workloads.ts";

export const page = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const results = fileURLToPath(new URL("../results", import.meta.url));
const [BEGIN, END] = ["<!-- tables: written by benchmarks/src/write-performance-page.ts -->", "<!-- end of tables -->"];

const [all, single] = ours;
const columns = [all, single, ...peerNames.flatMap((peer) => contestantsOf(peer, ""))];

const read = <Contents>(file: string): Contents => JSON.parse(readFileSync(`${results}/${file}`, "utf8")) as Contents;

/** Whether a figure of that many threads is what was aimed at; null where nothing was. */
function met(workload: Workload, threads: "one" | "two", result: Result): boolean | null {
  const goal = goalOf(workload);
  const aim = goal?.[threads];
  if (!goal || aim === undefined || "error" in result) return null;
  if ("bytes" in result) return result.bytes / 1000 <= aim;
  const ms = medianMs(result);
  return goal.unit === "GFLOP/s" ? "flops" in workload && (workload.flops as number) / ms / 1e6 >= aim : ms <= aim;
}

const mark = (reached: boolean | null): string => (reached === null ? "" : reached ? " ✓" : " ✗");

/** For our own columns: whether the goal was reached. For the others: the time of ours in terms of theirs, and whether that was. */
function remark(workload: Workload, name: string, results: Readonly<Record<string, Result>>): string {
  const result = results[name] as Result;
  if (name === all.name || name === single.name) {
    const alone = name === single.name || !results[single.name]; // what has no threads stands in the first column
    return mark(met(workload, alone ? "one" : "two", result));
  }
  const compared = compare(workload, name, results);
  if (!compared) return "";
  return ` (×${digits(compared.ratio)}${mark(compared.aim === null ? null : compared.ratio <= compared.aim)})`;
}

function cell(workload: Workload, name: string, results: Readonly<Record<string, Result>>): string {
  const result = results[name];
  if (!result || "error" in result) return "–";
  const amount = goalOf(workload)?.unit === "GFLOP/s" && "rounds" in result ? rate(workload, medianMs(result)) : figure(result);
  return `${amount}${remark(workload, name, results)}`;
}

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

export function machineTable({ machine, date, commit, versions, rows }: Run): string {
  const present = columns.filter(({ name }) => versions[name]);
  const packages = new Set(Object.values(versions).flatMap((each) => Object.entries(each).map(([name, version]) => `${name} ${version}`)));
  const peers = new Set(
    present.filter(({ name }) => name !== all.name && name !== single.name).map(({ title }) => title.replace(/, .*/, "")),
  );
  return [
    `## ${machine.cpu}, ${machine.cores} cores, beside ${[...peers].join(", ")}`,
    "",
    `Node ${machine.node}, ${machine.os}, ${date.slice(0, 10)}, commit ${commit}; ${[...packages].join(", ")}. Load before the run: ${machine.load}.`,
    "",
    line(["", "goal", ...present.map(({ title }) => title)]),
    line(["---", "---", ...present.map(() => "---:")]),
    ...workloads.flatMap((workload) => {
      const row = rows.find((each) => each.workload === workload.name);
      return row
        ? [line([workload.title, goalText(goalOf(workload)), ...present.map(({ name }) => cell(workload, name, row.results))])]
        : [];
    }),
  ].join("\n");
}

function epochTable({ machine, date, commit, epochs }: EpochRun): string {
  return [
    `## One epoch of MNIST on ${machine.cpu}`,
    "",
    `${date.slice(0, 10)}, commit ${commit}. 60,000 images in batches of 64, Adam, then the accuracy on the 10,000 test images.`,
    "",
    line(["model", "library", "seconds", "test accuracy"]),
    line(["---", "---", "---:", "---:"]),
    ...epochs.map(({ model, title, seconds, accuracy }) =>
      line([`\`${model}\``, title, seconds.toFixed(1), `${(100 * accuracy).toFixed(2)} %`]),
    ),
  ].join("\n");
}

const isEpoch = (file: string): boolean => file.endsWith("-mnist.json");

/** `text`, which has the two markers, with the tables between them. */
export function withTables(text: string): string {
  const files = globSync("*.json", { cwd: results }).sort();
  const tables = [
    ...files.filter((file) => !isEpoch(file)).map((file) => machineTable(read<Run>(file))),
    ...files.filter(isEpoch).map((file) => epochTable(read<EpochRun>(file))),
  ];
  const [head, rest] = text.split(BEGIN);
  const tail = rest?.split(END)[1];
  if (tail === undefined) throw new Error(`the markers ${BEGIN} and ${END} are missing`);
  return [`${head}${BEGIN}`, ...tables, `${END}${tail}`].join("\n\n");
}
