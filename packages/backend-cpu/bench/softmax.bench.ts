// The softmax family on one thread: `node --conditions=@gradkit/source packages/backend-cpu/bench/softmax.bench.ts`
import { contiguousStrides } from "@gradkit/tensor/backend";
import { createSoftmax } from "../src/kernels/softmax.ts";
import { Memory } from "../src/memory.ts";
import { detectFeatures } from "../src/wasm/features.ts";
import { naiveMap, randomView, viewOf } from "../test/strided-views.ts";
import { medianMs } from "./median.ts";

const memory = new Memory(detectFeatures());
const { softmax, logSoftmax, softmaxGrad, logSoftmaxGrad } = createSoftmax(memory, naiveMap(memory));

function row(shape: number[], dim: number): void {
  const [x, dy] = [randomView(memory, shape, contiguousStrides(shape), 1), randomView(memory, shape, contiguousStrides(shape), 2)];
  const [y, dx] = [viewOf(memory, shape, contiguousStrides(shape)), viewOf(memory, shape, contiguousStrides(shape))];
  const times = {
    softmax: medianMs(() => softmax(x, y, dim)),
    gradient: medianMs(() => softmaxGrad(dy, y, dx, dim)),
    logSoftmax: medianMs(() => logSoftmax(x, y, dim)),
    "its gradient": medianMs(() => logSoftmaxGrad(dy, y, dx, dim)),
  };
  const columns = Object.entries(times).map(([name, ms]) => `${name} ${ms.toFixed(4)}`);
  console.log(`[${shape.join(", ")}] dim ${dim}`.padEnd(24), columns.join(", "), "ms");
  for (const { buffer } of [x, dy, y, dx]) memory.release(buffer as never);
}

console.log(process.version, memory.relaxedSimd ? "relaxed SIMD" : "plain SIMD");
row([4096, 1024], 1);
row([4096, 1024], 0);
row([64, 10], 1);
row([128, 512], 1);
row([96, 128, 128], 2);
row([8, 64, 1024], 1);
