// Attention and its gradient on one thread, beside the products that they are made of: `node --conditions=@gradkit/source packages/backend-cpu/bench/attention.bench.ts`
import { contiguousStrides, type View } from "@gradkit/tensor/backend";
import { createAttention } from "../src/kernels/attention.ts";
import { MatrixProduct } from "../src/kernels/matrix-product.ts";
import { Memory } from "../src/memory.ts";
import { detectFeatures } from "../src/wasm/features.ts";
import { naiveMap, randomView, viewOf } from "../test/strided-views.ts";
import { medianMs } from "./median.ts";

const memory = new Memory(detectFeatures());
const { attention, attentionGrad } = createAttention(memory, naiveMap(memory), new MatrixProduct(memory));

function row(batch: number, heads: number, length: number, features: number, causal = false): void {
  const shape = [batch, length, heads, features];
  const packed = randomView(memory, [batch, length, 3, heads, features], contiguousStrides([batch, length, 3, heads, features]), 1);
  const [s0, s1, s2, s3, s4] = packed.strides as [number, number, number, number, number];
  const part = (which: number): View => ({ ...packed, shape, strides: [s0, s1, s3, s4], offset: which * s2 });
  const [q, k, v] = [part(0), part(1), part(2)];
  const make = (of: number[]): View => viewOf(memory, of, contiguousStrides(of));
  const [y, dq, dk, dv] = [make(shape), make(shape), make(shape), make(shape)];
  const dy = randomView(memory, shape, contiguousStrides(shape), 2);
  const attrs = { scale: features ** -0.5, causal };
  const flops = 2 * batch * heads * length * length * features * (causal ? 0.5 : 1);
  const speed = (ms: number, products: number): string =>
    `${ms.toFixed(3)} ms, ${((products * flops) / ms / 1e6).toFixed(1)} GFLOP/s`.padEnd(26);
  for (const keeps of ["weights", "logsumexp"] as const) {
    const kept = make(keeps === "weights" ? [batch, heads, length, length] : [batch, heads, length]);
    const forward = medianMs(() => attention(q, k, v, null, y, kept, { ...attrs, keeps }));
    const backward = medianMs(() => attentionGrad(dy, q, k, v, null, kept, dq, dk, dv, { ...attrs, keeps }));
    const name = `${batch}×${heads}×${length}×${features}${causal ? " causal" : ""}, ${keeps}`.padEnd(34);
    console.log(name, speed(forward, 2), "gradient", speed(backward, keeps === "weights" ? 4 : 5));
    memory.release(kept.buffer as never);
  }
  for (const { buffer } of [packed, y, dq, dk, dv, dy]) memory.release(buffer as never);
}

console.log(process.version, memory.relaxedSimd ? "relaxed SIMD" : "plain SIMD");
row(8, 4, 128, 64);
row(8, 4, 128, 64, true);
row(32, 8, 32, 32);
row(1, 8, 512, 64);
row(1, 8, 512, 64, true);
row(1, 2, 2048, 64);
