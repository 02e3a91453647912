// The diffs in CONTRIBUTING.md are of this repository: every added line stands in the file that it names.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const guide = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");

/** [file, line] of every added line of every diff. */
const additions = [...guide.matchAll(/```diff\n([\s\S]*?)```/g)].flatMap(([, diff]) => {
  let file = "";
  return (diff as string).split("\n").flatMap((line): [string, string][] => {
    if (line.startsWith("+++ b/")) file = line.slice("+++ b/".length);
    else if (line.startsWith("+")) return [[file, line.slice(1)]];
    return [];
  });
});

test("the guide shows diffs", () => {
  expect(additions.length).toBeGreaterThan(5);
});

test.each(additions)("%s has: %s", (file, line) => {
  expect(readFileSync(join(root, file), "utf8").split("\n")).toContain(line);
});
