// Convolution and its gradients on one thread: `node --conditions=@gradkit/source packages/backend-cpu/bench/conv.bench.ts`
import { contiguousStrides, type View } from "@gradkit/tensor/backend";
import { createConv } from "../src/kernels/conv.ts";
import { createConvInputGrad } from "../src/kernels/conv-input-grad.ts";
import { createConvWeightGrad } from "../src/kernels/conv-weight-grad.ts";
import { WindowKernels } from "../src/kernels/window-kernels.ts";
import { Memory } from "../src/memory.ts";
import { detectFeatures } from "../src/wasm/features.ts";
import { randomView, viewOf } from "../test/strided-views.ts";
import { medianMs } from "./median.ts";

const memory = new Memory(detectFeatures());
const best = new WindowKernels(memory);
const exact = new WindowKernels(memory, { winograd: false });

type Shape = [images: number, channels: number, size: number, outputs: number, kernel: number];

function row([images, channels, size, outputs, kernel]: Shape, pad: number, step = 1, groups = 1): void {
  const outSize = Math.floor((size + 2 * pad - kernel) / step) + 1;
  const shapes = [
    [images, channels, size, size],
    [outputs, channels / groups, kernel, kernel],
    [images, outputs, outSize, outSize],
  ] as const;
  const [x, weight, dy] = shapes.map((shape, i) => randomView(memory, [...shape], contiguousStrides(shape), i)) as [View, View, View];
  const [dx, dweight, y] = shapes.map((shape) => viewOf(memory, [...shape], contiguousStrides(shape))) as [View, View, View];
  const bias = randomView(memory, [outputs], [1], 3);
  const attrs = { stride: [step, step], padding: [pad, pad], dilation: [1, 1], groups };
  const flops = (2 * images * outputs * outSize ** 2 * channels * kernel ** 2) / groups;
  const report = (name: string, run: () => unknown): string => {
    const ms = medianMs(run);
    return `${name} ${ms.toFixed(2).padStart(7)} ms ${(flops / ms / 1e6).toFixed(1).padStart(5)}`;
  };
  const line = (kernels: WindowKernels): string[] => [
    report("y", () => createConv(kernels)(x, weight, bias, y, attrs)),
    report("dx", () => createConvInputGrad(kernels)(dy, weight, dx, attrs)),
    report("dw", () => createConvWeightGrad(kernels)(dy, x, dweight, attrs)),
  ];
  const title = `[${images}, ${channels}, ${size}²]·${outputs} ${kernel}×${kernel} pad ${pad} stride ${step} groups ${groups}`;
  console.log(title.padEnd(52), ...line(exact));
  if (kernel === 3 && step === 1 && channels / groups >= 8) console.log("  by Winograd's algorithm".padEnd(52), ...line(best));
  for (const { buffer } of [x, weight, dy, dx, dweight, y, bias]) memory.release(buffer as never);
}

console.log(process.version, memory.relaxedSimd ? "relaxed SIMD" : "plain SIMD", "(GFLOP/s last)");
row([64, 32, 28, 64, 3], 1);
row([64, 1, 28, 6, 5], 2);
row([64, 6, 14, 16, 5], 0);
row([64, 1, 28, 16, 5], 2);
row([64, 16, 14, 32, 5], 2);
row([64, 1, 28, 32, 3], 0);
row([64, 32, 26, 64, 3], 0);
row([32, 64, 56, 64, 3], 1, 1, 64);
row([32, 64, 56, 64, 3], 1, 2, 64);
row([8, 64, 56, 64, 3], 1);
row([8, 64, 56, 256, 1], 0);
row([8, 64, 56, 128, 3], 1, 2);
row([2, 3, 224, 64, 7], 3, 2);
row([2, 512, 7, 512, 3], 1);
