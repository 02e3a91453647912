// docs/performance.md shows what results/ holds.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { machineTable, page, withTables } from "../src/performance-tables.ts";
import type { Measured, Run } from "../src/results.ts";

test("the page is as its tool writes it", () => {
  const text = readFileSync(page, "utf8");
  expect(withTables(text), "run `node benchmarks/src/write-performance-page.ts`").toBe(text);
});

test("a table tells figures, goals and ratios", () => {
  const measured = (...medians: number[]): Measured => ({
    rounds: medians.map((median) => ({ median, best: median, calls: 1 })),
    check: [],
  });
  const run: Run = {
    date: "2026-11-27T12:00:00.000Z",
    commit: "0123456789ab",
    machine: { cpu: "Some CPU", cores: 2, memoryGB: 24, os: "Linux 6 x64", node: "24.21.0", load: 0.1 },
    versions: { gradkit: { gradkit: "0.0.0" }, "gradkit-1": { gradkit: "0.0.0" }, tfjs: { tfjs: "4.22.0" } },
    rounds: 3,
    sliceMs: 100,
    rows: [
      {
        workload: "matmul-512",
        results: { gradkit: measured(2.5, 5, 2.5), "gradkit-1": measured(5, 5, 5), tfjs: measured(10, 20, 10) },
        mismatches: {},
      },
      {
        workload: "lenet",
        results: { gradkit: measured(2.5), "gradkit-1": measured(4), tfjs: { error: "no gradient" } },
        mismatches: {},
      },
      { workload: "bundle", results: { gradkit: { bytes: 61_000, note: "" } }, mismatches: {} },
    ],
  };
  expect(machineTable(run)).toMatchInlineSnapshot(`
    "## Some CPU, 2 cores, beside TensorFlow.js wasm

    Node 24.21.0, Linux 6 x64, 2026-11-27, commit 0123456789ab; gradkit 0.0.0, tfjs 4.22.0. Load before the run: 0.1.

    |  | goal | gradkit | gradkit, 1 thread | TensorFlow.js wasm |
    | --- | --- | ---: | ---: | ---: |
    | matmul 512³ | ≥ 54 GFLOP/s (1 thread), ≥ 104 GFLOP/s (2) | 107 GFLOP/s ✓ | 53.7 GFLOP/s ✗ | 26.8 GFLOP/s (×0.250 ✓) |
    | LeNet, batch 64, Adam step | ≤ 3 ms (2) | 2.50 ms ✓ | 4.00 ms | – |
    | program that trains the MLP, gzip | ≤ 60 kB | 61.0 kB ✗ | – | – |"
  `);
});
