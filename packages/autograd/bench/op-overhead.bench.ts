// What an op costs around its kernel, on 64 elements: `node --conditions=@gradkit/source --expose-gc packages/autograd/bench/op-overhead.bench.ts`
import "../src/install.ts";
import { cpu } from "@gradkit/backend-cpu";
import { add, randn, relu, setDefaultDevice, type Tensor } from "@gradkit/tensor";

setDefaultDevice(await cpu());

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
  "m.t()": () => m.t(),
  "m.reshape(64)": () => m.reshape([64]),
};

const gc = (globalThis as { gc?: () => void }).gc;
const only = process.argv[2];
const count = 2000; // short samples: one of them is undisturbed on a busy machine
for (const [name, run] of Object.entries(cases)) {
  if (only && !name.includes(only)) continue;
  let best = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < 500; sample++) {
    const started = performance.now();
    for (let i = 0; i < count; i++) run();
    best = Math.min(best, performance.now() - started);
    if (sample % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 0)); // lets finalizers run
  }
  gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < count; i++) run();
  const bytes = (process.memoryUsage().heapUsed - before) / count;
  console.log(name.padEnd(24), `${((best / count) * 1e6).toFixed(0).padStart(5)} ns`, `${bytes.toFixed(0).padStart(6)} bytes`);
}
