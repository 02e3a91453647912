// node tools/goldens/shrink.ts OUTCOMES.json: takes the cases that pass off the list of what is not supported yet. It never adds one.
import { readFileSync, writeFileSync } from "node:fs";
import type { Outcome } from "./outcome.ts";

const LIST = new URL("./unsupported.json", import.meta.url);

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("usage: node tools/goldens/shrink.ts OUTCOMES.json");
const outcomes = JSON.parse(readFileSync(path, "utf8")) as Outcome[];
const passed = new Set(outcomes.filter(({ status }) => status === "passed").map(({ id }) => id));
const listed = JSON.parse(readFileSync(LIST, "utf8")) as string[];
const kept = listed.filter((id) => !passed.has(id));
writeFileSync(LIST, `${JSON.stringify(kept, null, 2)}\n`);
console.log(`${listed.length - kept.length} taken off, ${kept.length} left`);
