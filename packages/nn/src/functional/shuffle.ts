// Rearrangements between channels and positions.
import { formatShape, ShapeError, scope, type Tensor } from "@gradkit/tensor";

function check(op: string, fits: boolean, x: Tensor, what: string): void {
  if (!fits) throw new ShapeError(op, `${what} (got ${formatShape(x.shape)})`);
}

/** [..., C·r², H, W] → [..., C, H·r, W·r] (Shi et al. 2016). */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  const r = upscaleFactor;
  const [channels = 0, h = 0, w = 0] = x.shape.slice(-3);
  check("pixelShuffle", x.ndim >= 3 && channels % (r * r) === 0, x, `channels must divide by ${r * r}`);
  const lead = x.shape.slice(0, -3);
  return scope(() => {
    const n = lead.length;
    const split = x.reshape([...lead, channels / (r * r), r, r, h, w]);
    return split.permute([...lead.keys(), n, n + 3, n + 1, n + 4, n + 2]).reshape([...lead, channels / (r * r), h * r, w * r]);
  });
}

/** [..., C, H·r, W·r] → [..., C·r², H, W]. */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  const r = downscaleFactor;
  const [channels = 0, h = 0, w = 0] = x.shape.slice(-3);
  check("pixelUnshuffle", x.ndim >= 3 && h % r === 0 && w % r === 0, x, `height and width must divide by ${r}`);
  const lead = x.shape.slice(0, -3);
  return scope(() => {
    const n = lead.length;
    const split = x.reshape([...lead, channels, h / r, r, w / r, r]);
    return split.permute([...lead.keys(), n, n + 2, n + 4, n + 1, n + 3]).reshape([...lead, channels * r * r, h / r, w / r]);
  });
}

/** Deals the channels of [N, C, …] out into groups, and takes one of each group in turn (Zhang et al. 2018). */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  const [n = 0, channels = 0, ...rest] = x.shape;
  check("channelShuffle", x.ndim >= 3 && channels % groups === 0, x, `channels must divide by ${groups}`);
  return scope(() =>
    x
      .reshape([n, groups, channels / groups, ...rest])
      .transpose(1, 2)
      .reshape(x.shape),
  );
}
