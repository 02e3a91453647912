// The loss of class indices: one pass over log-probabilities, in which every class looks whether it is its row's target. Nothing is gathered, so the
// gradient is one pass too.
import { add, eq, exp, gt, mul, ne, neg, select, sub } from "../formula/build.ts";
import { type Formula, formula, input, type Node, scalar } from "../formula/nodes.ts";
import { isGradEnabled } from "../grad-mode.ts";
import { normalizeDims, reducedShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { generate, rampFormula } from "./creation.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { broadcastView } from "./map.ts";
import { reshape, unsqueeze } from "./movement.ts";
import { pointwise, pointwiseFunctions as pw } from "./pointwise.ts";
import { keptView } from "./reduce.ts";
import { logSoftmax } from "./softmax.ts";

export interface CrossEntropyAttrs {
  /** Of the classes. */
  readonly dim: number;
  /** What is summed over: the classes, or null for all. */
  readonly over: number | null;
  /** Whether x holds logits; else log-probabilities. */
  readonly logits: boolean;
  readonly scalars: {
    /** Rows with this target do not count. */
    readonly ignoreIndex: number;
    /** How much a target's own class counts, what each class does on top, and all that of a row. */
    readonly hard: number;
    readonly soft: number;
    readonly all: number;
  };
}

/** A class's part of its row's loss. What does not count is not touched: it may be infinite. */
function makeTerm(): Formula {
  const [logp, target, own] = [input(0, "float"), input(1, "int"), input(2, "int")];
  const [ignoreIndex, hard, soft] = [scalar(0, "int"), scalar(1, "float"), scalar(2, "float")];
  const part = (counts: Node, share: Node): Node => select(counts, mul(neg(logp), share), 0);
  const loss = select(ne(target, ignoreIndex), add(part(eq(own, target), hard), part(gt(soft, 0), soft)), 0);
  return formula(["float", "int", "int"], ["int", "float", "float"], [loss]);
}
let term: Formula | undefined;

const descent = /* @__PURE__ */ pointwise("crossEntropy", (g, target, own, logp, { ignoreIndex, hard, soft, all }) =>
  select(ne(target, ignoreIndex), mul(g, sub(mul(exp(logp), all), add(select(eq(own, target), hard, 0), soft))), 0),
);

/** x [N, C, …], targets [N, 1, …] and the numbers of the classes [C, 1, …] → the loss, and the log-probabilities where x holds logits. */
export const crossEntropyOp: StructuredOp<CrossEntropyAttrs> = {
  name: "crossEntropy",
  vjp: {
    reads: [{ inputs: [0, 1, 2], outputs: [1] }],
    differentiable: 1,
    gradients(g, { attrs: { dim, over, logits, scalars }, input, output }) {
      const logp = !logits ? Number.NEGATIVE_INFINITY : isGradEnabled() ? logSoftmax(input(0), dim) : output(1);
      return [descent(over === null ? g : unsqueeze(g, dim), input(1), input(2), logp, scalars)];
    },
  },
  infer([x], { over, logits }) {
    const { shape, dtype } = x as Tensor;
    const loss = { shape: over === null ? [] : reducedShape(shape, [over], false), dtype };
    return logits ? [loss, { shape, dtype }] : [loss];
  },
  run(device, [x, target, own], [loss, made], { dim, over, logits, scalars }) {
    const logp = (logits ? made : x) as Tensor;
    if (logits && !device.fused?.logSoftmax?.(x as Tensor, logp, dim)) return false;
    const { shape } = logp;
    const views = [logp, broadcastView(target as Tensor, shape), broadcastView(own as Tensor, shape)];
    const dims = normalizeDims("crossEntropy", over, shape.length);
    device.reduce(
      "sum",
      (term ??= makeTerm()),
      views,
      [scalars.ignoreIndex, scalars.hard, scalars.soft],
      [keptView(loss as Tensor, shape, dims)],
      dims,
    );
    return true;
  },
  decompose([x, ...targets], attrs) {
    const logp = logSoftmax(x as Tensor, attrs.dim);
    return [...applyOp(crossEntropyOp, [logp, ...targets], { ...attrs, logits: false }), logp];
  },
};

export interface ClassLossOptions {
  /** Whether x holds logits; else log-probabilities. */
  readonly logits: boolean;
  /** Rows with this target do not count. */
  readonly ignoreIndex: number;
  /** How much of each target is spread over all classes. */
  readonly smoothing: number;
  /** What the sum over all rows is divided by; null leaves a loss for each row. */
  readonly count: number | null;
}

/**
 * What losses of class indices are made of: −Σ share·x over the classes of a row, whose own class has the share 1. x is [C], [N, C] or [N, C, …],
 * target [], [N] or [N, …]; a factor for each class, [C], multiplies x. Shapes were checked; a row whose target is no class has the loss 0.
 */
export function classLoss(x: Tensor, target: Tensor, weight: Tensor | null, options: ClassLossOptions): Tensor {
  const { logits, ignoreIndex, smoothing, count } = options;
  const dim = x.ndim === 1 ? 0 : 1;
  const size = x.shape[dim] as number;
  const along = (vector: Tensor): Tensor => reshape(vector, [size, ...new Array<number>(x.ndim - 1 - dim).fill(1)]);
  const own = along(generate(rampFormula("int"), [0, 1], [size], "int32", { device: x.device }));
  const logp = weight ? pw.mul(logits ? logSoftmax(x, dim) : x, along(weight)) : x;
  const all = 1 / (count ?? 1);
  return applyOp(crossEntropyOp, [logp, unsqueeze(target, dim), own], {
    dim,
    over: count === null ? dim : null,
    logits: logits && !weight,
    scalars: { ignoreIndex, hard: all * (1 - smoothing), soft: (all * smoothing) / size, all },
  })[0] as Tensor;
}
