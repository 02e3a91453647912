// Max pooling, sums of windows and their gradients on one thread: `node --conditions=@gradkit/source packages/backend-cpu/bench/pool.bench.ts`
import { contiguousStrides, type View, type WindowTable } from "@gradkit/tensor/backend";
import { createMaxPool, createMaxPoolGrad } from "../src/kernels/pool.ts";
import { WindowKernels } from "../src/kernels/window-kernels.ts";
import { createWindowSum } from "../src/kernels/window-sum.ts";
import { Memory } from "../src/memory.ts";
import { detectFeatures } from "../src/wasm/features.ts";
import { randomView, viewOf } from "../test/strided-views.ts";
import { medianMs } from "./median.ts";

const memory = new Memory(detectFeatures());
const kernels = new WindowKernels(memory);
const [maxPool, maxPoolGrad, windowSum] = [createMaxPool(kernels), createMaxPoolGrad(kernels), createWindowSum(kernels)];
const view = (shape: number[], dtype?: "int32"): View => viewOf(memory, shape, contiguousStrides(shape), dtype);

function row(images: number, channels: number, size: number, kernel: number, step: number, pad: number): void {
  const out = Math.floor((size + 2 * pad - kernel) / step) + 1;
  const [inShape, outShape] = [
    [images, channels, size, size],
    [images, channels, out, out],
  ];
  const attrs = { kernelSize: [kernel, kernel], stride: [step, step], padding: [pad, pad], dilation: [1, 1] };
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

/** Windows that tile each dim, and each element as often as a tile has elements: forward and backward of an average. */
function tiles(images: number, channels: number, size: number, length: number): void {
  const count = Math.floor(size / length);
  const range = (n: number): number[] => [...new Array(n).keys()];
  const forward: WindowTable = { size, starts: range(count).map((i) => i * length), ends: range(count).map((i) => (i + 1) * length) };
  const starts = range(count * length).map((i) => Math.floor(i / length));
  const backward: WindowTable = { size: count, starts, ends: starts.map((start) => start + 1) };
  const [inShape, outShape] = [
    [images, channels, size, size],
    [images, channels, count, count],
  ];
  const x = randomView(memory, inShape, contiguousStrides(inShape), 1);
  const [y, dx] = [view(outShape), view([images, channels, count * length, count * length])];
  const there = medianMs(() => windowSum(x, y, { rows: forward, columns: forward }));
  const back = medianMs(() => windowSum(y, dx, { rows: backward, columns: backward }));
  console.log(
    `[${images}, ${channels}, ${size}²] tiles of ${length}²`.padEnd(44),
    `sums ${there.toFixed(3)} ms, back ${back.toFixed(3)} ms`,
  );
  for (const { buffer } of [x, y, dx]) memory.release(buffer as never);
}

console.log(process.version);
row(64, 32, 28, 2, 2, 0);
row(64, 6, 28, 2, 2, 0);
row(64, 16, 10, 2, 2, 0);
row(1, 64, 56, 2, 2, 0);
row(64, 64, 24, 2, 2, 0);
row(4, 64, 112, 3, 2, 1);
tiles(64, 32, 28, 2);
tiles(64, 32, 28, 7);
