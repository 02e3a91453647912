// GFLOP/s of matmul on one thread: `node --conditions=@gradkit/source packages/backend-cpu/bench/matmul.bench.ts`
import { contiguousStrides } from "@gradkit/tensor/backend";
import { createMatmul } from "../src/kernels/matmul.ts";
import { MatrixProduct } from "../src/kernels/matrix-product.ts";
import { Memory } from "../src/memory.ts";
import { detectFeatures } from "../src/wasm/features.ts";
import { naiveMap, randomView, viewOf } from "../test/strided-views.ts";
import { medianMs } from "./median.ts";

const memory = new Memory(detectFeatures());
const matmul = createMatmul(memory, naiveMap(memory), new MatrixProduct(memory));

function row(name: string, batch: number, m: number, k: number, n: number, aTransposed = false, bTransposed = false): void {
  const strides = (rows: number, columns: number, transposed: boolean): number[] => [
    rows * columns,
    ...(transposed ? [1, rows] : [columns, 1]),
  ];
  const a = randomView(memory, [batch, m, k], strides(m, k, aTransposed), 1);
  const b = randomView(memory, [batch, k, n], strides(k, n, bTransposed), 2);
  const out = viewOf(memory, [batch, m, n], contiguousStrides([batch, m, n]));
  const ms = medianMs(() => matmul(a, b, out));
  console.log(
    name.padEnd(24),
    `${ms.toFixed(3)} ms`.padStart(12),
    `${((2 * batch * m * n * k) / ms / 1e6).toFixed(1)} GFLOP/s`.padStart(16),
  );
  for (const { buffer } of [a, b, out]) memory.release(buffer as never);
}

console.log(process.version, memory.relaxedSimd ? "relaxed SIMD" : "plain SIMD");
for (const size of [16, 32, 64, 100, 128, 256, 512, 1024]) row(`${size}³`, 1, size, size, size);
for (const size of [64, 512]) {
  row(`${size}³ AᵀB`, 1, size, size, size, true);
  row(`${size}³ ABᵀ`, 1, size, size, size, false, true);
}
row("64×784×128", 1, 64, 784, 128);
row("64×784×128 ABᵀ", 1, 64, 784, 128, false, true);
row("784×64×128 AᵀB", 1, 784, 64, 128, true);
row("64×9216×128 ABᵀ", 1, 64, 9216, 128, false, true);
row("128×64×9216 AᵀB", 1, 128, 64, 9216, true);
row("64×128×10 ABᵀ", 1, 64, 128, 10, false, true);
row("10×64×128 AᵀB", 1, 10, 64, 128, true);
row("32 × 64³", 32, 64, 64, 64);
row("1×512×512", 1, 1, 512, 512);
row("1×512×512 ABᵀ", 1, 1, 512, 512, false, true);
row("512×512×1", 1, 512, 512, 1);
