// FusedKernels.batchNorm and its gradient.
import { type Backend, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { partStart } from "../lanes.ts";
import type { Memory } from "../memory.ts";
import { type BatchNormChannels, type BatchNormGradChannels, compileBatchNorm, compileBatchNormGrad } from "./batch-norm-channels.ts";
import { addressOf } from "./elements.ts";
import { floatBits } from "./float-bits.ts";
import { inOrder } from "./in-order.ts";

/** Planes shorter than this are not worth a loop of their own: the decomposition takes over. */
const shortestPlane = 8;
/** One core's time, to tell what work is worth sharing. */
const nanosecondsPerElement = 0.3;

interface Sizes {
  readonly images: number;
  readonly channels: number;
  readonly plane: number;
}

/** Of x [N, C, …]; null where the planes are too short. */
function sizesOf({ shape, dtype }: View): Sizes | null {
  const [images, channels] = shape as [number, number];
  const plane = numel(shape.slice(2));
  return dtype === "float32" && numel(shape) > 0 && plane >= shortestPlane ? { images, channels, plane } : null;
}

export function createBatchNorm(memory: Memory, map: Backend["map"]): Pick<FusedKernels, "batchNorm" | "batchNormGrad"> {
  const forward = new Map<string, BatchNormChannels>();
  const backward = new Map<string, BatchNormGradChannels>();

  /** Calls the body with where its channels begin: their number, and functions to their planes and values. */
  const eachLane = (
    { images, channels, plane }: Sizes,
    passes: number,
    body: (own: number, planesAt: (view: View | null) => number, vectorAt: (view: View | null) => number) => void,
  ): void => {
    const parts = memory.lanes.count(passes * images * channels * plane * nanosecondsPerElement, channels);
    memory.lanes.fork(parts, (lane) => {
      const first = partStart(channels, lane, parts);
      body(
        partStart(channels, lane + 1, parts) - first,
        (view) => (view ? addressOf(view) + 4 * first * plane : 0),
        (view) => (view ? addressOf(view) + 4 * first : 0),
      );
    });
  };

  const batchNorm: FusedKernels["batchNorm"] = (input, weights, biases, y, mean, variance, eps) => {
    const sizes = sizesOf(input);
    if (!sizes) return false;
    const { images, channels, plane } = sizes;
    return inOrder(memory, map, [input, weights, biases] as const, ([x, weight, bias]) => {
      const key = `${weight !== null},${bias !== null}`;
      const kernel = forward.get(key) ?? compileBatchNorm(memory, { weight: weight !== null, bias: bias !== null });
      forward.set(key, kernel);
      eachLane(sizes, 1, (own, planesAt, vectorAt) =>
        kernel(
          own,
          images,
          4 * channels * plane,
          plane,
          planesAt(x),
          vectorAt(weight),
          vectorAt(bias),
          planesAt(y),
          vectorAt(mean),
          vectorAt(variance),
          floatBits(eps),
        ),
      );
      return true;
    });
  };

  const batchNormGrad: FusedKernels["batchNormGrad"] = (gradient, input, means, variances, weights, dx, dweight, dbias, eps) => {
    const sizes = sizesOf(input);
    if (!sizes) return false;
    const { images, channels, plane } = sizes;
    return inOrder(memory, map, [gradient, input, means, variances, weights] as const, ([dy, x, mean, variance, weight]) => {
      const variant = { weight: weight !== null, dx: dx !== null, dweight: dweight !== null, dbias: dbias !== null };
      const key = Object.values(variant).join();
      const kernel = backward.get(key) ?? compileBatchNormGrad(memory, variant);
      backward.set(key, kernel);
      eachLane(sizes, 2, (own, planesAt, vectorAt) =>
        kernel(
          own,
          images,
          4 * channels * plane,
          plane,
          planesAt(dy),
          planesAt(x),
          vectorAt(mean),
          vectorAt(variance),
          vectorAt(weight),
          planesAt(dx),
          vectorAt(dweight),
          vectorAt(dbias),
          floatBits(eps),
        ),
      );
      return true;
    });
  };
  return { batchNorm, batchNormGrad };
}
