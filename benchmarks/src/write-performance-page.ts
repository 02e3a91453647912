// `node benchmarks/src/write-performance-page.ts`, whenever results/ has a new run.
import { readFileSync, writeFileSync } from "node:fs";
import { page, withTables } from "./performance-tables.ts";

writeFileSync(page, withTables(readFileSync(page, "utf8")));
