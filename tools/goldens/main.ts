// pnpm --silent goldens --dir DIR [--backend reference|cpu|webgpu] [--family F] [--filter TEXT] [--json FILE]
// Runs recorded PyTorch cases against the library; exits 0 only if every case that was selected passed.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { setDefaultDevice } from "@gradkit/tensor";
import { chooseBackend } from "./backends.ts";
import { library } from "./library.ts";
import { readCases } from "./reader.ts";
import { report } from "./report.ts";
import { runCases } from "./run.ts";

const USAGE = "usage: goldens --dir DIR [--backend reference|cpu|webgpu] [--family F] [--filter TEXT] [--json FILE]";

const { values } = parseArgs({
  options: {
    dir: { type: "string" },
    backend: { type: "string", default: "cpu" },
    family: { type: "string" },
    filter: { type: "string" },
    json: { type: "string" },
  },
});

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

if (values.dir === undefined) fail(USAGE);
const { family, filter = "" } = values;
const cases = readCases(values.dir).filter((golden) => (family === undefined || golden.family === family) && golden.id.includes(filter));
if (cases.length === 0) fail(`no case matches --family ${family ?? "(any)"} --filter ${filter || "(any)"}`);
const { backend, slack } = (await chooseBackend(values.backend)) ?? fail(`no backend ${values.backend}. ${USAGE}`);
setDefaultDevice(backend);
const outcomes = await runCases(cases, { library, slack });
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(outcomes, null, 1)}\n`);
console.log(report(outcomes));
process.exitCode = outcomes.every(({ status }) => status === "passed") ? 0 : 1;
