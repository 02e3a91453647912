// What an op costs around its kernel, on 64 elements: `node --conditions=@gradkit/source --expose-gc packages/autograd/bench/op-overhead.bench.ts [NAME]`.
// Prints the least and the median time of an op whose result is dropped, the same where it is disposed of, and the bytes that it leaves.
import "../src/install.ts";
import { cpu } from "@gradkit/backend-cpu";
import { add, randn, relu, setDefaultDevice, type Tensor } from "@gradkit/tensor";

setDefaultDevice(await cpu({ threads: 1 }));

const [a, b] = [randn([64]), randn([64])];
const p = randn([64]).requiresGrad_();
const w = randn([8, 8]);
const [row, m] = [randn([8]), randn([8, 8])];

const cases: Record<string, () => Tensor> = {
  "add(a, b)": () => add(a, b),
  "a.add(b)": () => a.add(b),
  "a.mul(b)": () => a.mul(b),
  "a.add(2)": () => a.add(2),
  "relu(a)": () => relu(a),
  "a.add(b), recorded": () => p.add(b),
  "a.mul(b), recorded": () => p.mul(b),
  "matrix + row": () => m.add(row),
  "8×8 matmul": () => m.matmul(w),
  "m.sum(0)": () => m.sum(0),
  "m.sum()": () => m.sum(),
  "m.t()": () => m.t(),
  "m.reshape(64)": () => m.reshape([64]),
};

const gc = (globalThis as { gc?: () => void }).gc;
const only = process.argv[2];
const samples = 300;
const count = 2000; // short samples: one of them is undisturbed on a busy machine
const nanoseconds = (ms: number): string => `${((ms / count) * 1e6).toFixed(0).padStart(5)} ns`;

async function time(run: () => unknown): Promise<{ least: string; median: string }> {
  const times: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const started = performance.now();
    for (let i = 0; i < count; i++) run();
    times.push(performance.now() - started);
    if (sample % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 0)); // lets finalizers run
  }
  times.sort((x, y) => x - y);
  return { least: nanoseconds(times[0] as number), median: nanoseconds(times[samples >> 1] as number) };
}

function bytesLeft(run: () => unknown): number {
  gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < count; i++) run();
  return (process.memoryUsage().heapUsed - before) / count;
}

console.log("".padEnd(24), "   least   median  disposed  bytes");
for (const [name, run] of Object.entries(cases)) {
  if (only && !name.includes(only)) continue;
  const dropped = await time(run);
  const disposed = await time(() => run().dispose());
  console.log(name.padEnd(24), dropped.least, dropped.median, disposed.median, `${bytesLeft(run).toFixed(0).padStart(6)}`);
}
