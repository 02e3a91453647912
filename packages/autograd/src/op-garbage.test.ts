// What an op leaves to the garbage collector, in bytes: times say little on a busy machine, bytes hardly change.
import "./install.ts";
import { cpu } from "@gradkit/backend-cpu";
import { add, randn, setDefaultDevice, type Tensor } from "@gradkit/tensor";
import { beforeAll, expect, test } from "vitest";

let [a, b, weight, m, row]: Tensor[] = [];
beforeAll(async () => {
  setDefaultDevice(await cpu({ threads: 1 }));
  [a, b, weight] = [randn([64]), randn([64]), randn([64], { requiresGrad: true })];
  [m, row] = [randn([8, 8]), randn([8])];
});

const samples = 41;
const opsPerSample = 1000;

/** The median of many samples: a collection falls into few of them. Code that is not compiled yet leaves more, so it is called often before. */
function bytesPerOp(run: () => unknown): number {
  for (let i = 0; i < 30_000; i++) run();
  const bytes = Array.from({ length: samples }, () => {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < opsPerSample; i++) run();
    return (process.memoryUsage().heapUsed - before) / opsPerSample;
  });
  return bytes.sort((x, y) => x - y)[samples >> 1] as number;
}

const rows: [name: string, limit: number, run: (a: Tensor, b: Tensor, weight: Tensor, m: Tensor, row: Tensor) => unknown][] = [
  ["add", 520, (a, b) => add(a, b)],
  ["the method", 520, (a, b) => a.add(b)],
  ["add of a number", 880, (a) => a.add(2)],
  ["relu", 500, (a) => a.relu()],
  ["a recorded add", 1400, (_a, b, weight) => weight.add(b)],
  ["a recorded product", 1650, (_a, b, weight) => weight.mul(b)],
  ["a view", 760, (a) => a.view(8, 8)],
  ["a matrix plus a row", 950, (_a, _b, _weight, m, row) => m.add(row)],
  ["a product of matrices", 2700, (_a, _b, _weight, m) => m.matmul(m)],
  ["a sum", 1350, (_a, _b, _weight, m) => m.sum(0)],
];

test.each(rows)("%s leaves at most %d bytes", (_name, limit, run) => {
  const bytes = bytesPerOp(() => run(a as Tensor, b as Tensor, weight as Tensor, m as Tensor, row as Tensor));
  expect(bytes).toBeLessThan(limit);
});
