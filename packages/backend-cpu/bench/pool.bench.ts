// Max pooling and its gradient on one thread: `node --conditions=@gradkit/source packages/backend-cpu/bench/pool.bench.ts`
import { contiguousStrides, type View } from "@gradkit/tensor/backend";
import { createMaxPool, createMaxPoolGrad } from "../src/kernels/pool.ts";
import { WindowKernels } from "../src/kernels/window-kernels.ts";
import { Memory } from "../src/memory.ts";
import { detectFeatures } from "../src/wasm/features.ts";
import { randomView, viewOf } from "../test/strided-views.ts";
import { medianMs } from "./median.ts";

const memory = new Memory(detectFeatures());
const kernels = new WindowKernels(memory);
const [maxPool, maxPoolGrad] = [createMaxPool(kernels), createMaxPoolGrad(kernels)];

function row(images: number, channels: number, size: number, kernel: number, step: number, pad: number): void {
  const out = Math.floor((size + 2 * pad - kernel) / step) + 1;
  const [inShape, outShape] = [
    [images, channels, size, size],
    [images, channels, out, out],
  ];
  const attrs = { kernelSize: [kernel, kernel], stride: [step, step], padding: [pad, pad], dilation: [1, 1] };
  const view = (shape: number[], dtype?: "int32"): View => viewOf(memory, shape, contiguousStrides(shape), dtype);
  const [x, dy] = [
    randomView(memory, inShape, contiguousStrides(inShape), 1),
    randomView(memory, outShape, contiguousStrides(outShape), 2),
  ];
  const [dx, y, indices] = [view(inShape), view(outShape), view(outShape, "int32")];
  const forward = medianMs(() => maxPool(x, y, indices, attrs));
  const backward = medianMs(() => maxPoolGrad(dy, indices, dx));
  const title = `[${images}, ${channels}, ${size}²] ${kernel}×${kernel} stride ${step} pad ${pad}`;
  console.log(title.padEnd(44), `forward ${forward.toFixed(3)} ms, backward ${backward.toFixed(3)} ms`);
  for (const { buffer } of [x, dy, dx, y, indices]) memory.release(buffer as never);
}

console.log(process.version);
row(64, 32, 28, 2, 2, 0);
row(64, 6, 28, 2, 2, 0);
row(64, 16, 10, 2, 2, 0);
row(1, 64, 56, 2, 2, 0);
row(64, 64, 24, 2, 2, 0);
row(4, 64, 112, 3, 2, 1);
