// FusedKernels.layerNorm and its gradient.
import { type Backend, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { partStart } from "../lanes.ts";
import type { Memory } from "../memory.ts";
import { addressOf } from "./elements.ts";
import { floatBits } from "./float-bits.ts";
import { identity } from "./identity.ts";
import { inOrder } from "./in-order.ts";
import { compileLayerNorm, compileLayerNormGrad, type LayerNormGradRows, type LayerNormRows } from "./layer-norm-rows.ts";

/** Gradients of weight and bias are summed in blocks of rows of this size, and then over the blocks: the same for any number of threads. */
const blockRows = 64;
/** Beyond it a float32 sum along the row loses digits: the decomposition takes over. */
const longestGradRow = 16_384;
/** One core's time, to tell what work is worth sharing. */
const nanosecondsPerElement = 0.3;

const at = (view: View | null): number => (view ? addressOf(view) : 0);

export function createLayerNorm(
  memory: Memory,
  map: Backend["map"],
  reduce: Backend["reduce"],
): Pick<FusedKernels, "layerNorm" | "layerNormGrad"> {
  const forward = new Map<string, LayerNormRows>();
  const backward = new Map<string, LayerNormGradRows>();

  const layerNorm: FusedKernels["layerNorm"] = (input, weights, biases, y, mean, rstd, { eps, centre }) => {
    if (y.dtype !== "float32") return false;
    const count = numel(y.shape);
    if (count === 0) return false;
    return inOrder(memory, map, [input, weights, biases] as const, ([x, weight, bias]) => {
      const variant = { centre, weight: weight !== null, bias: bias !== null };
      const key = Object.values(variant).join();
      const kernel = forward.get(key) ?? compileLayerNorm(memory, variant);
      forward.set(key, kernel);
      const rows = numel(mean.shape);
      const size = count / rows;
      const parts = memory.lanes.count(count * nanosecondsPerElement, rows);
      memory.lanes.fork(parts, (lane) => {
        const first = partStart(rows, lane, parts);
        const [elements, places] = [4 * first * size, 4 * first];
        const ownRows = partStart(rows, lane + 1, parts) - first;
        kernel(
          ownRows,
          size,
          at(x) + elements,
          at(weight),
          at(bias),
          at(y) + elements,
          at(mean) + places,
          at(rstd) + places,
          floatBits(eps),
        );
      });
      return true;
    });
  };

  const layerNormGrad: FusedKernels["layerNormGrad"] = (gradient, input, means, rstds, weights, dx, dweight, dbias, { centre }) => {
    const count = numel(input.shape);
    const rows = numel(means.shape);
    const size = count / rows;
    if (input.dtype !== "float32" || count === 0 || size > longestGradRow) return false;
    return inOrder(memory, map, [gradient, input, means, rstds, weights] as const, ([dy, x, mean, rstd, weight]) => {
      const variant = { centre, weight: weight !== null, dx: dx !== null, dweight: dweight !== null, dbias: dbias !== null };
      const key = Object.values(variant).join();
      const kernel = backward.get(key) ?? compileLayerNormGrad(memory, variant);
      backward.set(key, kernel);

      const blocks = Math.ceil(rows / blockRows);
      const sums = [dweight, dbias].map((out) => (out ? memory.allocate(4 * blocks * size) : null));
      const parts = memory.lanes.count(2 * count * nanosecondsPerElement, blocks);
      memory.lanes.fork(parts, (lane) => {
        for (let block = partStart(blocks, lane, parts); block < partStart(blocks, lane + 1, parts); block++) {
          const first = block * blockRows;
          const [elements, places] = [4 * first * size, 4 * first];
          const [weightSums, biasSums] = sums.map((buffer) => (buffer ? buffer.pointer + 4 * block * size : 0)) as [number, number];
          const ownRows = Math.min(blockRows, rows - first);
          kernel(
            ownRows,
            size,
            at(dy) + elements,
            at(x) + elements,
            at(mean) + places,
            at(rstd) + places,
            at(weight),
            dx ? at(dx) + elements : 0,
            weightSums,
            biasSums,
          );
        }
      });
      [dweight, dbias].forEach((out, k) => {
        const buffer = sums[k];
        if (!out || !buffer) return;
        const partial: View = { buffer, dtype: "float32", shape: [blocks, size], strides: [size, 1], offset: 0 };
        const total: View = { buffer: out.buffer, dtype: "float32", shape: [1, size], strides: [size, 1], offset: out.offset };
        reduce("sum", identity("float"), [partial], [], [total], [0]);
        memory.release(buffer);
      });
      return true;
    });
  };
  return { layerNorm, layerNormGrad };
}
