// What a second thread brings: `node --conditions=@gradkit/source packages/backend-cpu/bench/threads.bench.ts`
import { randn, type Tensor } from "@gradkit/tensor";
import { cpu } from "../src/index.ts";
import { medianMs } from "./median.ts";

const [one, all] = [await cpu({ threads: 1 }), await cpu()];

async function row(name: string, shapes: number[][], run: (...inputs: Tensor[]) => Tensor): Promise<void> {
  const ms: number[] = [];
  for (const device of [one, all]) {
    const inputs = shapes.map((shape) => randn(shape, { device }));
    ms.push(medianMs(() => run(...inputs).dispose()));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const [alone, shared] = ms as [number, number];
  console.log(
    name.padEnd(28),
    `${alone.toFixed(3)} ms`.padStart(12),
    `${shared.toFixed(3)} ms`.padStart(12),
    `×${(alone / shared).toFixed(2)}`,
  );
}

const product = (a: Tensor, b: Tensor): Tensor => a.matmul(b);
for (const n of [64, 128, 256, 512, 1024]) await row(`matmul ${n}³`, [[n, n], [n, n]], product); // biome-ignore format: pairs
await row("matmul 64×784×128", [[64, 784], [784, 128]], product); // biome-ignore format: pairs
await row("matmul 32 × 64³", [[32, 64, 64], [32, 64, 64]], product); // biome-ignore format: pairs
await row("matmul 512³ AᵀB", [[512, 512], [512, 512]], (a, b) => a.t().matmul(b)); // biome-ignore format: pairs
await row("matmul 512³ ABᵀ", [[512, 512], [512, 512]], (a, b) => a.matmul(b.t())); // biome-ignore format: pairs
await row("add 1e6", [[1_000_000], [1_000_000]], (a, b) => a.add(b));
await row("exp 1e6", [[1_000_000]], (a) => a.exp());
await row("exp 10 000", [[10_000]], (a) => a.exp());
