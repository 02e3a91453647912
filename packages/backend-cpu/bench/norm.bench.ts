// Layer and batch normalisation with their gradients, fused and by their decompositions, on one thread:
// node --conditions=@gradkit/source packages/backend-cpu/bench/norm.bench.ts
import { batchNormTraining, layerNormWithStatistics, noGrad, randn, scope, type Tensor } from "@gradkit/tensor";
import type { Backend } from "@gradkit/tensor/backend";
import { cpu } from "../src/index.ts";
import { medianMs } from "./median.ts";

const fused = await cpu({ threads: 1 });
const composed: Backend = { ...fused, fused: {} };
const random = (shape: readonly number[], device: Backend = fused): Tensor => randn(shape, { device });
const report = (name: string, times: Record<string, () => unknown>): void => {
  const columns = Object.entries(times).map(([what, run]) => `${what} ${medianMs(run).toFixed(3)} ms`);
  console.log(name.padEnd(30), columns.join(", "));
};
const untracked = (run: () => unknown) => (): void => noGrad(() => scope(() => void run()));

for (const [rows, size] of [
  [4096, 1024],
  [1024, 256],
  [64, 4096],
] as const) {
  const attrs = { dims: 1, eps: 1e-5, centre: true };
  const on = (device: Backend) => [random([rows, size], device), random([size], device), random([size], device)] as const;
  const [x, weight, bias] = on(fused);
  const [x0, weight0, bias0] = on(composed);
  const { y, mean, rstd } = layerNormWithStatistics(x, weight, bias, attrs);
  const [dx, dweight, dbias] = [random([rows, size]), random([size]), random([size])];
  report(`layerNorm [${rows}, ${size}]`, {
    fused: untracked(() => layerNormWithStatistics(x, weight, bias, attrs)),
    composed: untracked(() => layerNormWithStatistics(x0, weight0, bias0, attrs)),
    gradient: () => fused.fused?.layerNormGrad?.(y, x, mean, rstd, weight, dx, dweight, dbias, attrs),
  });
}
for (const shape of [
  [64, 32, 28, 28],
  [64, 64, 12, 12],
  [8, 64, 56, 56],
]) {
  const channels = [shape[1] as number];
  const on = (device: Backend) => [random(shape, device), random(channels, device), random(channels, device)] as const;
  const [x, weight, bias] = on(fused);
  const [x0, weight0, bias0] = on(composed);
  const { y, mean, variance } = batchNormTraining(x, weight, bias, 1e-5);
  const [dx, dweight, dbias] = [random(shape), random(channels), random(channels)];
  report(`batchNorm [${shape.join(", ")}]`, {
    fused: untracked(() => batchNormTraining(x, weight, bias, 1e-5)),
    composed: untracked(() => batchNormTraining(x0, weight0, bias0, 1e-5)),
    gradient: () => fused.fused?.batchNormGrad?.(y, x, mean, variance, weight, dx, dweight, dbias, 1e-5),
  });
}
