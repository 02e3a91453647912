// Writes docs/memory.md: what programs in plain code hold after a tenth, half and all of their steps, each in a process of its own.
// `node tools/memory-table.ts` for all of them; with a name it measures one, and prints its figures as JSON.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cpu } from "@gradkit/backend-cpu";
import { manualSeed, memory, setDefaultDevice } from "@gradkit/tensor";
import type { Scenario } from "./memory/scenario.ts";
import { scenarios } from "./memory/scenarios/index.ts";

interface Figures {
  readonly step: number;
  readonly tensors: number;
  readonly liveBytes: number;
  readonly peakBytes: number;
  readonly pooledBytes: number;
  readonly residentBytes: number;
}

async function measure({ steps, start }: Scenario): Promise<Figures[]> {
  setDefaultDevice(await cpu());
  manualSeed(0);
  const program = await start();
  const figures: Figures[] = [];
  let peakBytes = 0;
  for (let step = 1; step <= steps; step++) {
    await program.step(step - 1);
    const now = memory();
    peakBytes = Math.max(peakBytes, now.liveBytes);
    if ([steps / 10, steps / 2, steps].includes(step)) figures.push({ step, ...now, peakBytes, residentBytes: process.memoryUsage.rss() });
  }
  await program.check?.();
  return figures;
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

const row = (name: string, { step, tensors, liveBytes, peakBytes, pooledBytes, residentBytes }: Figures): string =>
  `| ${name} | ${step} | ${tensors} | ${megabytes(liveBytes)} | ${megabytes(peakBytes)} | ${megabytes(pooledBytes)} | ${Math.round(residentBytes / 2 ** 20)} |`;

const head = `# What training loops hold

Programs in plain code: no \`dispose\`, no \`scope\`, no \`keep\` (tools/memory/scenarios). Each checks that what it keeps is alive and unchanged, and runs in a
process of its own on the CPU backend, Node ${process.version}. The same programs run in the tests, shorter, with released memory filled with NaN and a budget
of a few megabytes. Made by \`pnpm exec node --conditions=@gradkit/source tools/memory-table.ts\`.

Memory in MB: held by live tensors now and at most so far, kept by the backend for reuse, and the whole process. Tensors that a program merely drops are
collected when 128 MB of them have come together, so peaks of up to 130 MB beyond what a program holds are the collector's; a scalar a step (the loss) is
64 bytes until then.

| program | steps | tensors | live | peak | pooled | process |
|---|---|---|---|---|---|---|
`;

const wanted = process.argv[2];
if (wanted !== undefined) {
  const scenario = scenarios.find(({ name }) => name === wanted);
  if (!scenario) throw new Error(`no program is called ${wanted}`);
  console.log(JSON.stringify(await measure(scenario)));
} else {
  const rows = scenarios.flatMap(({ name }) => {
    const output = execFileSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), name], { encoding: "utf8" });
    const lines = (JSON.parse(output) as Figures[]).map((figures, i) => row(i === 0 ? name : "", figures));
    console.log(lines.join("\n"));
    return lines;
  });
  writeFileSync(fileURLToPath(new URL("../docs/memory.md", import.meta.url)), `${head}${rows.join("\n")}\n`);
}
