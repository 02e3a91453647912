// `pnpm bench`: gradkit beside its peers, the same work, in one interleaved run.
import { writeFileSync } from "node:fs";
import { measureBundles } from "./bundle-size.ts";
import { measureColdStart } from "./cold-start.ts";
import { type Contestant, contestantsOf, findPython, ours } from "./contestants.ts";
import { installPeers } from "./install-peers.ts";
import { commit, machine } from "./machine.ts";
import { measureRow } from "./measure-row.ts";
import { MeasuredProcess } from "./measured-process.ts";
import { help, type Options, readOptions, UsageError } from "./options.ts";
import { printRow } from "./print-row.ts";
import { Progress } from "./progress.ts";
import type { Row, Run } from "./results.ts";
import { isRepeated, type Workload } from "./workloads.ts";

/** Who takes part; says who cannot, and why. */
function contestants({ peers, python: named }: Options): Contestant[] {
  if (peers.some((peer) => peer !== "torch") && !installPeers())
    console.error("The peers could not be installed: going on with what is there");
  const python = peers.includes("torch") ? findPython(named) : null;
  if (peers.includes("torch") && !python) console.error("No Python with torch was found (--python PATH): going on without PyTorch");
  return [...ours, ...peers.flatMap((peer) => (peer === "torch" && !python ? [] : contestantsOf(peer, python ?? "")))];
}

type Versions = Record<string, Readonly<Record<string, string>>>;

/** Starts everybody. A gradkit that does not start ends the run; a peer that does not is left out, loudly. */
async function startAll(all: readonly Contestant[]): Promise<{ processes: MeasuredProcess[]; versions: Versions }> {
  const processes: MeasuredProcess[] = [];
  const versions: Versions = {};
  for (const contestant of all) {
    const process = new MeasuredProcess(contestant);
    const ready = await process.ready;
    if ("versions" in ready) {
      processes.push(process);
      versions[contestant.name] = ready.versions;
    } else if (ours.includes(contestant)) throw new Error(`${contestant.name} does not start: ${ready.error}`);
    else console.error(`${contestant.title} is missing: ${ready.error}`);
  }
  return { processes, versions };
}

/** New processes for a row: what ran before would decide what an engine compiled, and where memory lies. */
async function renewed(processes: readonly MeasuredProcess[]): Promise<MeasuredProcess[]> {
  await Promise.all(processes.map((process) => process.stop()));
  const fresh = processes.map(({ contestant }) => new MeasuredProcess(contestant));
  await Promise.all(fresh.map(({ ready }) => ready));
  return fresh;
}

async function run(options: Options): Promise<Run> {
  const header = { date: new Date().toISOString(), commit: commit(), machine: machine() };
  let { processes, versions } = await startAll(contestants(options));
  const present = processes.map(({ contestant }) => contestant);
  console.log(
    `${header.machine.cpu}, ${header.machine.cores} cores, load ${header.machine.load} · Node ${header.machine.node} · ${header.commit}`,
  );
  for (const { name, title } of present)
    console.log(
      `  ${title.padEnd(20)} ${Object.entries(versions[name] ?? {})
        .flat()
        .join(" ")}`,
    );

  const progress = new Progress(options.rows.length);
  const rows: Row[] = [];
  for (const [i, workload] of options.rows.entries()) {
    const onProgress = (fraction: number): void => progress.show(i + Math.min(fraction, 0.99), workload.title);
    if (i > 0 && isRepeated(workload)) processes = await renewed(processes);
    const row = await measure(workload, processes, options, onProgress);
    progress.clear();
    printRow(workload, row, present);
    rows.push(row);
  }
  await Promise.all(processes.map((process) => process.stop()));
  return { ...header, versions, rounds: options.rounds, sliceMs: options.sliceMs, rows };
}

function measure(
  workload: Workload,
  processes: readonly MeasuredProcess[],
  options: Options,
  onProgress: (fraction: number) => void,
): Row | Promise<Row> {
  if (isRepeated(workload)) return measureRow(workload, processes, options, onProgress);
  const present = processes.map(({ contestant }) => contestant);
  return workload.work.kind === "bundle" ? measureBundles(present, onProgress) : measureColdStart(present, options, onProgress);
}

/** Rows in which a result is wrong, or gradkit has none: 1 is the exit status. */
function failures({ rows }: Run): string[] {
  return rows.flatMap(({ workload, results, mismatches }) => [
    ...Object.entries(mismatches).map(([name, problem]) => `${workload}: ${name}: ${problem}`),
    ...ours.flatMap(({ name }) => {
      const result = results[name];
      return result && "error" in result ? [`${workload}: ${name}: ${result.error}`] : [];
    }),
  ]);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) console.log(help);
  else {
    const result = await run(options);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 1)}\n`);
    const failed = failures(result);
    if (failed.length > 0) {
      console.log(`\nFAILED\n${failed.map((line) => `  ${line}`).join("\n")}`);
      process.exitCode = 1;
    }
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
