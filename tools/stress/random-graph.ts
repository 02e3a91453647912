// A random small program over the CPU kernels: values, then gradients. The same seed makes the same program on any device.
import { GRU, LSTM, type Module } from "@gradkit/nn";
import { batchNorm, embedding, layerNorm, scaledDotProductAttention } from "@gradkit/nn/functional";
import type { Backend, Generator, Tensor } from "@gradkit/tensor";
import * as gk from "@gradkit/tensor";

/** Whole numbers from 0 on, the same everywhere: a linear congruence (Knuth's MMIX constants, upper bits). */
export class Draw {
  #state: bigint;
  constructor(seed: number) {
    this.#state = BigInt(seed) * 0x9e3779b97f4a7c15n + 1n;
  }
  below(count: number): number {
    this.#state = (this.#state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
    return Number(this.#state >> 33n) % count;
  }
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

interface Context {
  readonly draw: Draw;
  readonly parameter: (shape: readonly number[]) => Tensor;
  readonly integers: (shape: readonly number[], below: number) => Tensor;
  /** A module's parameters, drawn like the others. */
  readonly drawn: <M extends Module>(make: (options: { device: Backend; generator: Generator }) => M) => M;
}

type Step = (x: Tensor, context: Context) => Tensor;

const size = (x: Tensor, dim: number): number => x.shape.at(dim) as number;

/** Of any rank ≥ 2. */
const anywhere: Record<string, Step> = {
  gelu: (x) => x.gelu(),
  tanh: (x) => x.tanh(),
  chain: (x) => x.mul(0.5).add(1).sigmoid().mul(x),
  broadcast: (x, { parameter }) => x.add(parameter([size(x, -1)])),
  scaleRows: (x, { parameter }) => x.mul(parameter([...x.shape.slice(0, -1), 1])),
  transposed: (x) => x.transpose(-1, -2).add(1).transpose(-1, -2),
  flipped: (x) => x.flip([0]).mul(x),
  softmax: (x, { draw }) => x.softmax(draw.below(x.shape.length)),
  logSoftmax: (x, { draw }) => x.logSoftmax(draw.below(x.shape.length)),
  centered: (x, { draw }) => x.sub(x.mean(draw.below(x.shape.length), { keepdim: true })),
  standardized: (x) => x.div(gk.var(x, -1, { keepdim: true }).add(0.5).sqrt()),
  overMax: (x, { draw }) => x.sub(x.amax(draw.below(x.shape.length), { keepdim: true })),
  cumsum: (x, { draw }) => x.cumsum(draw.below(x.shape.length)).mul(0.3),
  sorted: (x, { draw }) => x.sort(draw.below(x.shape.length)).values,
  layerNorm: (x, { parameter }) => layerNorm(x, [size(x, -1)], parameter([size(x, -1)]), parameter([size(x, -1)])),
  linear: (x, { draw, parameter }) => gk.linear(x, parameter([draw.between(2, 20), size(x, -1)])),
  joined: (x) => gk.cat([x, x.neg()], 0),
  picked: (x, { draw, integers }) => x.indexSelect(0, integers([draw.between(1, 5)], size(x, 0))),
  gathered: (x, { integers }) => x.gather(-1, integers(x.shape, size(x, -1))),
  clamped: (x) => x.clamp(-1, 1),
  relu: (x) => x.relu(),
  chosen: (x) => gk.where(x.gt(0), x, x.mul(0.1)),
  inPlace: (x) => x.mul(2).add_(1).mul_(0.5),
};

/** [N, C, H, W]. */
const images: Record<string, Step> = {
  conv: (x, { draw, parameter }) => {
    const kernel = draw.between(1, Math.min(3, size(x, 2), size(x, 3)));
    return gk.conv2d(x, parameter([draw.between(1, 12), size(x, 1), kernel, kernel]), null, {
      padding: draw.below(2),
      stride: draw.between(1, 2),
    });
  },
  depthwise: (x, { parameter }) => gk.conv2d(x, parameter([size(x, 1), 1, 3, 3]), null, { padding: 1, groups: size(x, 1) }),
  maxPool: (x) => gk.maxPool2d(x, Math.min(2, size(x, 2), size(x, 3))),
  avgPool: (x) => gk.avgPool2d(x, Math.min(2, size(x, 2), size(x, 3))),
  padded: (x) => gk.pad(x, [1, 1, 1, 1]),
  batchNorm: (x, { parameter }) => batchNorm(x, null, null, parameter([size(x, 1)]), parameter([size(x, 1)]), { training: true }),
};

/** [B, M, K]. */
const batches: Record<string, Step> = {
  gram: (x) => x.matmul(x.transpose(1, 2)).mul(0.2),
  bmm: (x, { draw, parameter }) => gk.bmm(x, parameter([size(x, 0), size(x, 2), draw.between(2, 24)])),
  attention: (x, { draw }) => scaledDotProductAttention(x, x, x, { isCausal: draw.below(2) === 1 }),
  heads: (x, { draw, parameter }) => {
    const features = draw.between(1, 6);
    const packed = gk.linear(x, parameter([6 * features, size(x, 2)])).reshape(size(x, 0), size(x, 1), 3, 2, features);
    const [q, k, v] = [0, 1, 2].map((which) => packed.select(2, which).permute(0, 2, 1, 3)) as [Tensor, Tensor, Tensor];
    return scaledDotProductAttention(q, k, v)
      .transpose(1, 2)
      .reshape(size(x, 0), size(x, 1), 2 * features);
  },
  lstm: (x, { draw, drawn }) => drawn((options) => new LSTM(size(x, 2), draw.between(2, 9), options)).call(x)[0],
  gru: (x, { draw, drawn }) => drawn((options) => new GRU(size(x, 2), draw.between(2, 9), options)).call(x)[0],
  looked: (x, { integers, parameter }) => x.add(embedding(integers([size(x, 0), size(x, 1)], 7), parameter([7, size(x, 2)]))),
};

const families = [
  { shape: (draw: Draw) => [draw.between(1, 40), draw.between(2, 40)], steps: anywhere },
  { shape: (draw: Draw) => [draw.between(1, 4), draw.between(2, 20), draw.between(2, 20)], steps: { ...anywhere, ...batches } },
  {
    shape: (draw: Draw) => [draw.between(2, 4), draw.between(1, 8), draw.between(4, 14), draw.between(4, 14)],
    steps: { ...anywhere, ...images, ...images },
  },
];

/** The names of the steps, the result and the gradients of all parameters. */
export function runRandomGraph(seed: number, device: Backend, generator: Generator): { names: string[]; values: Tensor[] } {
  const draw = new Draw(seed);
  const family = draw.pick(families);
  const parameters: Tensor[] = [];
  const parameter = (shape: readonly number[]): Tensor => {
    const made = gk.uniform([...shape], -1, 1, { device, generator, requiresGrad: true });
    parameters.push(made);
    return made;
  };
  const integers = (shape: readonly number[], below: number): Tensor => gk.randint(0, below, [...shape], { device, generator });
  const drawn: Context["drawn"] = (make) => {
    const module = make({ device, generator });
    parameters.push(...module.parameters());
    return module;
  };
  const steps = Object.entries(family.steps as Record<string, Step>);
  const names: string[] = [];
  let x = parameter(family.shape(draw));
  const count = draw.between(1, 8);
  for (let i = 0; i < count && x.shape.reduce((n, d) => n * d, 1) < 20_000; i++) {
    const [name, step] = draw.pick(steps);
    if (x.shape.length !== 4 && name in images) continue;
    names.push(name);
    x = step(x, { draw, parameter, integers, drawn });
  }
  x.mul(x).mean().backward();
  return { names, values: [x, ...parameters.flatMap(({ grad }) => (grad ? [grad] : []))] };
}
