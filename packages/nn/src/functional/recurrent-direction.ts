// One direction of a recurrent layer as a single recorded op, whose gradient is that of all its steps: those of the weights are one matmul each.
import { customFunction } from "@gradkit/autograd/custom-function";
import { grad } from "@gradkit/autograd/grad";
import { isGradEnabled, scope, type Tensor } from "@gradkit/tensor";
import { castAsOne } from "@gradkit/tensor/recorder";
import type { CellKind } from "./cell-kinds.ts";
import { composeDirection, type DirectionResult, type RecurrentWeights, type State } from "./recurrent.ts";
import { type Course, courseOf, type Kept, runBackward, runForward } from "./recurrent-sequence.ts";

/** What a direction computes with; as a list in this order, without the weights that are null. */
interface Operands {
  readonly x: Tensor; // [Σ batchSizes, in]
  readonly initial: State;
  readonly weights: RecurrentWeights;
}

const listOf = ({ x, initial, weights: { ih, hh, biasIh, biasHh, hr } }: Operands): Tensor[] => [
  x,
  ...initial,
  ih,
  hh,
  ...[biasIh, biasHh, hr].filter((weight) => weight !== null),
];

/** Takes the operands from the front of a list; `like` tells which there are. */
function operandsOf(list: Tensor[], { states, hasBiases, hasProjection }: Form): Operands {
  const next = (): Tensor => list.shift() as Tensor;
  const optional = (has: boolean): Tensor | null => (has ? next() : null);
  const [x, initial] = [next(), Array.from({ length: states }, next)];
  return {
    x,
    initial,
    weights: { ih: next(), hh: next(), biasIh: optional(hasBiases), biasHh: optional(hasBiases), hr: optional(hasProjection) },
  };
}

interface Form {
  readonly states: number;
  readonly hasBiases: boolean;
  readonly hasProjection: boolean;
}

/** Gradients of the operands that are `wanted`, in the order of their list. */
function gradientsOf(
  kind: CellKind,
  course: Course,
  { x, initial, weights }: Operands,
  kept: Kept,
  [dOutputs, ...dLast]: readonly [Tensor, ...Tensor[]],
  wanted: readonly boolean[],
): (Tensor | null)[] {
  const wantsInitial = wanted.slice(1, 1 + initial.length).includes(true);
  const d = runBackward(kind, course, weights, kept, dOutputs, dLast, wantsInitial);
  const sums = new Map<Tensor, Tensor>(); // added products have one gradient
  const sumOf = (products: Tensor): Tensor => {
    const sum = sums.get(products) ?? products.sum(0);
    sums.set(products, sum);
    return sum;
  };
  const ofBiases = weights.biasIh ? [() => sumOf(d.ofInput), () => sumOf(d.ofHidden)] : [];
  const gradients = [
    () => d.ofInput.matmul(weights.ih),
    ...d.initial.map((part) => () => part),
    () => d.ofInput.t().matmul(x),
    () => d.ofHidden.t().matmul(kept.before),
    ...ofBiases,
    () => (d.projected as Tensor).t().matmul(kept.hidden as Tensor),
  ];
  return wanted.map((wants, i) => (wants ? (gradients[i] as () => Tensor)() : null));
}

/** Those of the composed form, so that they have gradients themselves. */
function recordedGradients(
  { outputs, last }: DirectionResult,
  operands: readonly Tensor[],
  dResults: readonly Tensor[],
  wanted: readonly boolean[],
): (Tensor | null)[] {
  const roots = [outputs, ...last].map((result, k) => [result, dResults[k] as Tensor] as const).filter(([result]) => result.requiresGrad);
  const found = grad(
    roots.map(([result]) => result),
    operands.filter((_, i) => wanted[i]),
    { gradOutputs: roots.map(([, gradient]) => gradient), createGraph: true, allowUnused: true },
  ) as (Tensor | null)[];
  return wanted.map((wants) => (wants ? (found.shift() ?? null) : null));
}

/** Runs one direction of one layer over rows [Σ batchSizes, in]. */
export function runDirection(
  kind: CellKind,
  x: Tensor,
  batchSizes: readonly number[],
  initial: State,
  weights: RecurrentWeights,
  reverse: boolean,
): DirectionResult {
  const course = courseOf(batchSizes, reverse);
  const form: Form = { states: initial.length, hasBiases: weights.biasIh !== null, hasProjection: weights.hr !== null };
  const sequence = customFunction(
    kind.name,
    (ctx, ...operands: Tensor[]) => {
      const given = operandsOf([...operands], form);
      const { outputs, last, kept } = scope(() =>
        runForward(kind, course, given.x, given.initial, given.weights, ctx.needsInputGrad.includes(true)),
      );
      if (kept) ctx.saveForBackward(...operands, kept.before, kept.cell, ...(kept.hidden ? [kept.hidden] : []));
      return [outputs, ...last];
    },
    ({ savedTensors, needsInputGrad }, ...dResults) => {
      if (isGradEnabled()) {
        const again = savedTensors.slice(0, needsInputGrad.length).map((operand) => operand.expand(operand.shape)); // tied weights part
        const { x, initial, weights } = operandsOf([...again], form);
        return recordedGradients(composeDirection(kind, x, batchSizes, initial, weights, reverse), again, dResults, needsInputGrad);
      }
      const rest = [...savedTensors];
      const operands = operandsOf(rest, form);
      const [before, cell, hidden = null] = rest as [Tensor, Tensor, Tensor?];
      return scope(() => gradientsOf(kind, course, operands, { before, cell, hidden }, dResults as [Tensor, ...Tensor[]], needsInputGrad));
    },
    { scoped: true },
  );
  const [outputs, ...last] = castAsOne(kind.name, sequence)(...listOf({ x, initial, weights })) as [Tensor, ...Tensor[]];
  return { outputs, last };
}
