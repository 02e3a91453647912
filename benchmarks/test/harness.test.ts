// The harness itself, in a few seconds: gradkit alone, one row, no peers. Nothing here looks at a time.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { disagreement } from "../src/checksum.ts";
import { mismatchesIn } from "../src/measure-row.ts";
import { readOptions, UsageError } from "../src/options.ts";
import type { Run } from "../src/results.ts";
import { median, medianRatio } from "../src/statistics.ts";

const folder = mkdtempSync(join(tmpdir(), "gradkit-bench-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const main = join(import.meta.dirname, "../src/main.ts");
const bench = (...args: string[]) => promisify(execFile)(process.execPath, ["--conditions=@gradkit/source", main, ...args]);

test("--quick --only add measures gradkit with its threads and with one", { timeout: 60_000 }, async () => {
  const json = join(folder, "run.json");
  const { stdout } = await bench("--quick", "--peers", "none", "--only", "add", "--json", json);
  expect(stdout).toContain("add on 64 elements");
  const { rows, machine, versions, commit, date } = JSON.parse(readFileSync(json, "utf8")) as Run;
  expect(rows.map((row) => [row.workload, Object.keys(row.results), row.mismatches])).toEqual([["add", ["gradkit", "gradkit-1"], {}]]);
  const rounds = Object.values(rows[0]!.results).map((result) => ("rounds" in result ? result.rounds : []));
  expect(rounds.map((slices) => slices.length)).toEqual([3, 3]);
  expect(rounds.flat().every(({ median, best, calls }) => best > 0 && median >= best && calls > 0)).toBe(true);
  expect(machine.node).toBe(process.versions.node);
  expect(versions.gradkit).toHaveProperty("gradkit");
  expect(commit).not.toBe("");
  expect(Number.isNaN(Date.parse(date))).toBe(false);
});

test("a name that no row has is said at once", async () => {
  await expect(bench("--only", "nonsense")).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("no row has a name like that"),
  });
});

test("names mean one row, or all that begin with them", () => {
  const rows = (only: string): string[] | undefined => readOptions(["--only", only])?.rows.map(({ name }) => name);
  expect(rows("add")).toEqual(["add"]);
  expect(rows("sum,add-r")).toEqual(["sum-dim-0", "sum-dim-1", "add-recording"]);
  expect(() => readOptions(["--peers", "numpy"])).toThrow(UsageError);
});

test("other results are a mismatch; rounding is not", () => {
  expect(disagreement([2.3, 2.1], [2.300001, 2.1])).toBeNull();
  expect(disagreement([2.3, 2.1], [2.3, 2.1005])).toBe("number 2 of its check is 2.1005, gradkit's is 2.1");
  expect(disagreement([Number.NaN], [1])).not.toBeNull();
  expect(disagreement([2.3, 2.1, 1.9], [2.3])).toBeNull();
  const rounds = [{ median: 1, best: 1, calls: 1 }];
  const results = { gradkit: { rounds, check: [1] }, tfjs: { rounds, check: [2] }, onnxruntime: { error: "it has no gradients" } };
  expect(Object.keys(mismatchesIn(results))).toEqual(["tfjs"]);
});

test("ratios are taken round by round", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(medianRatio([1, 10, 1], [2, 20, 4])).toBe(0.5); // the slow round slowed both
  expect(medianRatio([1, 2, 3, 4], [2, 4])).toBe(0.5);
});
