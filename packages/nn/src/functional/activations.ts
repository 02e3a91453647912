// Activations that are no single formula, or whose options can be wrong.
import {
  chunk, formatShape, type Generator, IndexError, oneHot, randLike, ShapeError, scope, type Tensor, celu as uncheckedCelu,
  hardtanh as uncheckedHardtanh, softshrink as uncheckedSoftshrink, where,
} from "@gradkit/tensor"; // biome-ignore format: a list
import { castAsOne } from "@gradkit/tensor/recorder";

/** x moved by lambd towards zero. Throws for a negative lambd. */
export function softshrink(x: Tensor, { lambd = 0.5 }: { lambd?: number } = {}): Tensor {
  if (!(lambd >= 0)) throw new IndexError("softshrink", `lambd must be at least 0 (got ${lambd})`);
  return uncheckedSoftshrink(x, { lambd });
}

/** max(0, x) + min(0, alpha·(exp(x/alpha) − 1)) (Barron 2017). Throws for an alpha of 0. */
export function celu(x: Tensor, { alpha = 1 }: { alpha?: number } = {}): Tensor {
  if (alpha === 0) throw new IndexError("celu", "alpha must not be 0 (got 0)");
  return uncheckedCelu(x, { alpha });
}

/** x limited to [minVal, maxVal], without gradient at the bounds. Throws where they are the wrong way round. */
export function hardtanh(x: Tensor, { minVal = -1, maxVal = 1 }: { minVal?: number; maxVal?: number } = {}): Tensor {
  if (minVal > maxVal) throw new IndexError("hardtanh", `minVal must not be above maxVal (got ${minVal} and ${maxVal})`);
  return uncheckedHardtanh(x, { minVal, maxVal });
}

/** The first half along dim, times the sigmoid of the second (Dauphin et al. 2017). */
export function glu(x: Tensor, dim = -1): Tensor {
  const size = x.shape.at(dim) ?? 0;
  if (size % 2 !== 0 || size === 0) throw new ShapeError("glu", `dim ${dim} does not divide into halves (got ${formatShape(x.shape)})`);
  return scope(() => {
    const [value, gate] = chunk(x, 2, dim) as [Tensor, Tensor];
    return value.mul(gate.sigmoid());
  });
}

/** x above zero, weight·x below; the weight is one number, or one for each channel of x [N, C, …]. */
export const prelu = /* @__PURE__ */ castAsOne("prelu", (x: Tensor, weight: Tensor): Tensor => {
  const channels = x.ndim >= 2 ? (x.shape[1] as number) : 1;
  if (weight.ndim > 1 || (weight.numel !== 1 && weight.numel !== channels)) {
    throw new ShapeError("prelu", `weight must be [1] or [${channels}] (got ${formatShape(weight.shape)} for x ${formatShape(x.shape)})`);
  }
  return scope(() => {
    const slope = weight.numel === 1 ? weight.reshape([]) : weight.reshape(x.shape.map((_, d) => (d === 1 ? channels : 1)));
    return where(x.gt(0), x, x.mul(slope));
  });
});

/** softmax(−x) along dim. */
export const softmin = (x: Tensor, dim: number): Tensor => scope(() => x.neg().softmax(dim));

export interface RReLUOptions {
  /** Smallest slope. Default: 1/8. */
  lower?: number;
  /** Largest slope. Default: 1/3. */
  upper?: number;
  /** Whether each slope is drawn; otherwise it is the mean of both. Default: false. */
  training?: boolean;
  /** Default: the default generator. */
  generator?: Generator;
}

/** x above zero, a·x below, with a drawn for each element (Xu et al. 2015). */
export function rrelu(x: Tensor, { lower = 1 / 8, upper = 1 / 3, training = false, ...draw }: RReLUOptions = {}): Tensor {
  if (!(lower <= upper)) throw new IndexError("rrelu", `lower must not exceed upper (got ${lower} and ${upper})`);
  return scope(() => {
    const slope = training
      ? randLike(x, draw)
          .mul(upper - lower)
          .add(lower)
      : (lower + upper) / 2;
    return where(x.gt(0), x, x.mul(slope));
  });
}

export interface GumbelSoftmaxOptions {
  /** Temperature. Default: 1. */
  tau?: number;
  /** Whether the result is one-hot, with the gradient of the soft one. Default: false. */
  hard?: boolean;
  /** Default: -1. */
  dim?: number;
  /** Default: the default generator. */
  generator?: Generator;
}

/** A sample from the classes whose logits stand along dim, softened so that it has a gradient (Jang et al. 2017). */
export function gumbelSoftmax(logits: Tensor, { tau = 1, hard = false, dim = -1, ...draw }: GumbelSoftmaxOptions = {}): Tensor {
  return scope(() => {
    const gumbel = randLike(logits, draw).log().neg().log().neg();
    const soft = logits.add(gumbel).div(tau).softmax(dim);
    if (!hard) return soft;
    const size = soft.shape.at(dim) as number;
    const chosen = oneHot(soft.argmax(dim), size).movedim(-1, dim).to(soft.dtype);
    return chosen.sub(soft.detach()).add(soft);
  });
}
