// The sizes that a convolution and the gradient of its weight share, and what they read of the input.
import type { ConvAttrs, View } from "@gradkit/tensor/backend";
import type { Region } from "./image-region.ts";

type Rank4 = [number, number, number, number];
type Pair = [number, number];

/** Channels and outputs of one group. */
export interface WindowSizes {
  readonly channels: number;
  readonly outputs: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY: number;
  readonly dilationX: number;
}

export interface WindowGeometry {
  readonly images: number;
  readonly sizes: WindowSizes;
  /** The part of the padded input under the windows. */
  readonly region: Region;
}

/** Of weight [O, C/groups, KH, KW] and output [N, O, OH, OW]. */
export function windowGeometry(weight: View, output: View, { stride, padding, dilation, groups }: ConvAttrs): WindowGeometry {
  const [, channels, kernelHeight, kernelWidth] = weight.shape as Rank4;
  const [images, allOutputs, outHeight, outWidth] = output.shape as Rank4;
  const [strideY, strideX] = stride as Pair;
  const [paddingY, paddingX] = padding as Pair;
  const [dilationY, dilationX] = dilation as Pair;
  const outputs = allOutputs / groups;
  return {
    images,
    sizes: { channels, outputs, outHeight, outWidth, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX },
    region: {
      top: -paddingY,
      left: -paddingX,
      height: (outHeight - 1) * strideY + (kernelHeight - 1) * dilationY + 1,
      width: (outWidth - 1) * strideX + (kernelWidth - 1) * dilationX + 1,
    },
  };
}

/** To take several planes or groups at a time, none left over. */
export function largestDivisor(of: number, most: number): number {
  let divisor = Math.max(1, Math.min(of, Math.floor(most)));
  while (of % divisor !== 0) divisor--;
  return divisor;
}
