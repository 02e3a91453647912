// Case files: one JSON object a line, `<family>.jsonl` or `<family>.jsonl.gz`.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** What every line has; the rest belongs to its family. */
export interface Case {
  readonly id: string;
  readonly family: string;
  readonly group: string;
}

const isCaseFile = (name: string): boolean => /\.jsonl(\.gz)?$/.test(name);

function readLines(path: string): string[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** Every case of a directory, file by file. Throws where there is none. */
export function readCases(directory: string): Case[] {
  const files = readdirSync(directory).filter(isCaseFile).sort();
  if (files.length === 0) throw new Error(`no case files (*.jsonl, *.jsonl.gz) in ${directory}`);
  return files.flatMap((file) => readLines(join(directory, file)).map((line) => JSON.parse(line) as Case));
}
