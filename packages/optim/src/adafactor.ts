// Adafactor: second moments of a matrix from its rows and columns.
import { matmul, norm, type Tensor, zeros } from "@gradkit/tensor";
import { type CommonOptions, checkAtLeastZero, countStep, Optimizer, type ParamGroup, type ParamState, type Params } from "./optimizer.ts";

export interface AdafactorOptions extends CommonOptions {
  /** Power of the step by which squares are averaged, at most 0. Default: -0.8. */
  beta2Decay: number;
  /** Smallest size of a gradient (null: float32's epsilon) and of a weight. Default: [null, 1e-3]. */
  eps: readonly [number | null, number];
  /** Steps of a larger root mean square are scaled down to it. Default: 1. */
  d: number;
  /** Decay of weights, apart from the gradient. Default: 0. */
  weightDecay: number;
}

const FLOAT32_EPSILON = 1.1920928955078125e-7; // 2⁻²³

/** A tensor of the state of any shape, zeros at first. */
function average(state: ParamState, name: string, shape: readonly number[], { device, dtype }: Tensor): Tensor {
  state[name] ??= zeros(shape, { device, dtype }).keep();
  return state[name] as Tensor;
}

/**
 * Adam for large matrices: of the squared gradients [..., R, C] only averages over rows and columns are remembered (Shazeer & Stern 2018,
 * arXiv:1804.04235), and steps are relative to the size of the weights.
 *
 * @example
 * const optimizer = new Adafactor(model.parameters(), { lr: 1e-2 });
 */
export class Adafactor extends Optimizer<AdafactorOptions> {
  constructor(params: Params<AdafactorOptions>, options: Partial<AdafactorOptions> = {}) {
    super("Adafactor", params, { lr: 1e-2, beta2Decay: -0.8, eps: [null, 1e-3], d: 1, weightDecay: 0, maximize: false, ...options });
  }

  protected override checkOptions({ beta2Decay, eps, d, weightDecay }: AdafactorOptions): void {
    checkAtLeastZero("Adafactor", { "-beta2Decay": -beta2Decay, "eps[0]": eps[0] ?? 0, "eps[1]": eps[1], "d - 1": d - 1, weightDecay });
  }

  protected override stateShape(name: string, param: Tensor): readonly number[] {
    if (name === "rowVar") return [...param.shape.slice(0, -1), 1];
    return name === "colVar" ? [...param.shape.slice(0, -2), 1, param.shape.at(-1) as number] : param.shape;
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<AdafactorOptions>): void {
    const { lr, beta2Decay, eps, d, weightDecay, maximize } = group;
    const step = countStep(state);
    const rate = Math.min(lr, 1 / Math.sqrt(step));
    const tiny = eps[0] ?? FLOAT32_EPSILON;
    const size = norm(param).div(Math.sqrt(param.numel)).clamp(eps[1]);
    if (weightDecay !== 0) param.mul_(1 - lr * weightDecay);
    const moment = this.#secondMoment(param, grad.square(), state, step ** beta2Decay, tiny);
    const direction = moment
      .clamp(tiny * tiny)
      .rsqrt()
      .mul(grad);
    const excess = norm(direction)
      .div(Math.sqrt(param.numel) * d)
      .clamp(1); // of the step's root mean square over d
    param.add_(direction.mul(size.div(excess)), { alpha: maximize ? rate : -rate });
  }

  #secondMoment(param: Tensor, squares: Tensor, state: ParamState, weight: number, tiny: number): Tensor {
    const averaged = (name: string, x: Tensor): Tensor => average(state, name, this.stateShape(name, param), param).lerp_(x, weight);
    if (param.ndim < 2) return averaged("variance", squares);
    const rows = averaged("rowVar", squares.mean(-1, { keepdim: true })); // [..., R, 1]
    const columns = averaged("colVar", squares.mean(-2, { keepdim: true })); // [..., 1, C]
    return matmul(rows, columns).div(rows.mean(-2, { keepdim: true }).clamp(tiny));
  }
}
