// Muon: momentum, made orthogonal.
import { addmm, formatShape, GradkitError, matmul, norm, ShapeError, type Tensor } from "@gradkit/tensor";
import { add, mul, type Node, neg } from "@gradkit/tensor/formula";
import { buffer, type CommonOptions, checkAtLeastZero, Optimizer, type ParamGroup, type ParamState, type Params } from "./optimizer.ts";
import { updateRule } from "./update-rule.ts";

export interface MuonOptions extends CommonOptions {
  /** Decay of weights, apart from the gradient. Default: 0.1. */
  weightDecay: number;
  /** Default: 0.95. */
  momentum: number;
  /** Default: true. */
  nesterov: boolean;
  /** Coefficients of the Newton-Schulz polynomial. Default: [3.4445, -4.775, 2.0315]. */
  nsCoefficients: readonly [number, number, number];
  /** Smallest norm to divide by. Default: 1e-7. */
  eps: number;
  /** Newton-Schulz iterations, below 100. Default: 5. */
  nsSteps: number;
  /** How the rate depends on a matrix' shape. Default: null, which is "original". */
  adjustLrFn: "original" | "match_rms_adamw" | null;
}

/** The new momentum, and what of it is made orthogonal. */
const average = /* @__PURE__ */ updateRule(
  "muon",
  ["momentum", "oneMinusMomentum"],
  ({ momentum, oneMinusMomentum }, { maximize, nesterov }: Record<"maximize" | "nesterov", boolean>) =>
    (b: Node, _direction: Node, g: Node) => {
      const slope = maximize ? neg(g) : g;
      const b1 = add(mul(momentum, b), mul(oneMinusMomentum, slope));
      return [b1, nesterov ? add(mul(oneMinusMomentum, slope), mul(momentum, b1)) : b1];
    },
);

/** Pushes all singular values towards 1 (Jordan et al. 2024), in float32: torch rounds to bfloat16 for speed that not every device has. */
function orthogonalized(x: Tensor, { nsCoefficients: [a, b, c], nsSteps, eps }: MuonOptions): Tensor {
  const [rows = 0, columns = 0] = x.shape;
  let y = rows > columns ? x.t() : x;
  y = y.div(norm(y).clamp(eps));
  for (let i = 0; i < nsSteps; i++) {
    const gram = matmul(y, y.t());
    y = addmm(y, addmm(gram, gram, gram, { beta: b, alpha: c }), y, { beta: a });
  }
  return rows > columns ? y.t() : y;
}

/** For the matrices of hidden layers; embeddings, output layers and vectors want AdamW. Throws a ShapeError for a parameter that is no matrix. */
export class Muon extends Optimizer<MuonOptions> {
  constructor(params: Params<MuonOptions>, options: Partial<MuonOptions> = {}) {
    super("Muon", params, {
      lr: 1e-3,
      weightDecay: 0.1,
      momentum: 0.95,
      nesterov: true,
      nsCoefficients: [3.4445, -4.775, 2.0315],
      eps: 1e-7,
      nsSteps: 5,
      adjustLrFn: null,
      maximize: false,
      ...options,
    });
  }

  override addParamGroup(group: Parameters<Optimizer<MuonOptions>["addParamGroup"]>[0]): void {
    super.addParamGroup(group);
    for (const { shape } of this.paramGroups.at(-1)?.params ?? [])
      if (shape.length !== 2)
        throw new ShapeError("Muon", `a parameter is no matrix (got ${formatShape(shape)}). Give the others to AdamW`);
  }

  protected override checkOptions({ weightDecay, momentum, nsSteps, adjustLrFn }: MuonOptions): void {
    checkAtLeastZero("Muon", { weightDecay, momentum });
    if (nsSteps >= 100) throw new GradkitError("Muon", `nsSteps must be below 100 (got ${nsSteps})`);
    if (adjustLrFn !== null && adjustLrFn !== "original" && adjustLrFn !== "match_rms_adamw")
      throw new GradkitError("Muon", `adjustLrFn is "original" or "match_rms_adamw" (got ${JSON.stringify(adjustLrFn)})`);
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<MuonOptions>): void {
    const { lr, weightDecay, momentum, nesterov, maximize, adjustLrFn } = group;
    const direction = grad.clone();
    const targets = [buffer(state, "momentumBuffer", param), direction];
    average({ maximize, nesterov })(targets, [grad], { momentum, oneMinusMomentum: 1 - momentum });
    const [rows = 0, columns = 0] = param.shape;
    const ratio = adjustLrFn === "match_rms_adamw" ? 0.2 * Math.sqrt(Math.max(rows, columns)) : Math.sqrt(Math.max(1, rows / columns));
    if (weightDecay !== 0) param.mul_(1 - lr * weightDecay);
    param.add_(orthogonalized(direction, group), { alpha: -lr * ratio });
  }
}
