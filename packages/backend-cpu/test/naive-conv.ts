// The oracle of convolution and its gradients: seven loops that visit every product once.
import type { ConvAttrs } from "@gradkit/tensor/backend";

export interface ConvCase extends ConvAttrs {
  readonly x: readonly [number, number, number, number]; // N C H W
  readonly weight: readonly [number, number, number, number]; // O C/groups KH KW
}

export function outputShape({ x, weight, stride, padding, dilation }: ConvCase): [number, number, number, number] {
  const size = (dim: 0 | 1): number => {
    const reach = (dilation[dim] as number) * (weight[2 + dim] as number) - (dilation[dim] as number) + 1;
    return Math.floor(((x[2 + dim] as number) + 2 * (padding[dim] as number) - reach) / (stride[dim] as number)) + 1;
  };
  return [x[0], weight[0], size(0), size(1)];
}

/** Calls `visit` with the row-major positions in x, weight and y of every product that is not with padding. */
export function eachProduct(shape: ConvCase, visit: (x: number, weight: number, y: number) => void): void {
  const [, C, H, W] = shape.x;
  const [O, CG, KH, KW] = shape.weight;
  const [N, , OH, OW] = outputShape(shape);
  const [sy, sx] = shape.stride as [number, number];
  const [py, px] = shape.padding as [number, number];
  const [dy, dx] = shape.dilation as [number, number];
  for (let n = 0; n < N; n++)
    for (let o = 0; o < O; o++)
      for (let i = 0; i < OH; i++)
        for (let j = 0; j < OW; j++)
          for (let c = 0; c < CG; c++)
            for (let u = 0; u < KH; u++)
              for (let v = 0; v < KW; v++) {
                const [row, column] = [i * sy - py + u * dy, j * sx - px + v * dx];
                if (row < 0 || row >= H || column < 0 || column >= W) continue;
                const channel = Math.floor(o / (O / shape.groups)) * CG + c;
                visit(((n * C + channel) * H + row) * W + column, ((o * CG + c) * KH + u) * KW + v, ((n * O + o) * OH + i) * OW + j);
              }
}
