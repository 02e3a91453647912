// Connectionist temporal classification: the probability of labels in any alignment with a longer sequence of frames (Graves et al. 2006).
import {
  arange, cat, DTypeError, expand, formatShape, full, gather, IndexError, isFloat, pad, pointwise, ShapeError, scope, stack, type Tensor, take, tensor, where,
} from "@gradkit/tensor"; // biome-ignore format: a list
import { add, cast, custom, eq, exp, log, lt, max, mul, type Node, neg, select, sub } from "@gradkit/tensor/formula";
import { checkReduction, Loss, type LossOptions } from "./reduction.ts";

export interface CTCLossOptions extends LossOptions {
  /** The class between labels. Default: 0. */
  blank?: number;
  /** Whether rows that no alignment fits count as 0, instead of infinity. Default: false. */
  zeroInfinity?: boolean;
}

/** How many frames or labels each row of the batch has. */
export type Lengths = Tensor | readonly number[] | number;

const NOTHING = -Infinity;

/** log(eᵃ + eᵇ + eᶜ), where all three may be −∞; then there is no gradient. */
const logAdd = /* @__PURE__ */ custom(
  "logAdd",
  (a: Node, b: Node, c: Node) => {
    const largest = max(a, max(b, c));
    const part = (x: Node): Node => exp(sub(x, largest));
    return select(eq(largest, NOTHING), NOTHING, add(largest, log(add(part(a), add(part(b), part(c))))));
  },
  (g, args, y) => args.map((x) => mul(g, exp(select(eq(y, NOTHING), NOTHING, sub(x, y))))),
);

/** A frame: a state is reached from itself, from the one before and, past a blank between labels that differ, from the one before that. */
const advance = /* @__PURE__ */ pointwise("ctcLoss", (emission, stay, step, jump, mayJump, length, { frame }) =>
  select(lt(frame as Node, length as Node), add(emission as Node, logAdd(stay as Node, step as Node, select(mayJump as Node, jump as Node, NOTHING))), stay as Node),
); // biome-ignore format: a formula

const negativeLogSum = /* @__PURE__ */ pointwise("ctcLoss", (a, b) => neg(logAdd(a as Node, b as Node, NOTHING)));

/** Zero, with the gradient of eˣ: torch takes frames for normalised, and gives the loss the gradient Σ eˣ − the probabilities of alignments. */
const normalisation = /* @__PURE__ */ custom("normalisation", (_x: Node) => cast(0, "float"), (g, [x]) => [mul(g, exp(x))]); // biome-ignore format: one line
const normalisationOfFrames = /* @__PURE__ */ pointwise("ctcLoss", (x, frame, length) =>
  select(lt(frame as Node, length as Node), normalisation(x as Node), 0),
);

/** The numbers, where the host knows them. */
function onHost(lengths: Lengths): readonly number[] | null {
  if (typeof lengths === "number") return [lengths];
  if (Array.isArray(lengths)) return lengths;
  const given = lengths as Tensor;
  return given.device.capabilities.syncRead ? [...given.dataSync()] : null;
}

function checkedLengths(name: string, lengths: Lengths, rows: number, most: number, device: Tensor["device"]): Tensor {
  const known = onHost(lengths);
  const count = known ? known.length : (lengths as Tensor).numel;
  if (count !== rows) throw new ShapeError("ctcLoss", `expected ${rows} ${name} (got ${count})`);
  const wrong = known?.find((length) => !Number.isInteger(length) || length < 0 || length > most);
  if (wrong !== undefined) throw new IndexError("ctcLoss", `${name} must be whole numbers from 0 to ${most} (got ${wrong})`);
  return known ? tensor(known, { dtype: "int32", device }) : (lengths as Tensor).to("int32").view(rows);
}

/** Labels side by side, [N, S]; blanks behind the end. `targets` is [N, S], or all labels one after the other. */
function labelRows(targets: Tensor, lengths: Tensor, longest: number, blank: number): Tensor {
  const column = lengths.unsqueeze(1); // [N, 1]
  const place = arange(longest, { dtype: "int32", device: lengths.device });
  if (targets.ndim === 2) return where(place.lt(column), targets.to("int32").narrow(1, 0, longest), blank);
  if (targets.numel === 0 || longest === 0) return full([lengths.numel, longest], blank, { dtype: "int32", device: lengths.device });
  const starts = lengths.cumsum(0).unsqueeze(1).sub(column);
  return where(place.lt(column), take(targets.to("int32"), starts.add(place).clamp(0, targets.numel - 1)), blank);
}

/** [N, S] → [N, 2·S + 1], with `between` around each. */
function interleave(rows: Tensor, between: number): Tensor {
  const [n, s] = rows.shape as readonly [number, number];
  const { dtype, device } = rows;
  const others = full([n, s], between, { dtype, device });
  return cat([stack([others, rows], 2).reshape(n, 2 * s), full([n, 1], between, { dtype, device })], 1);
}

/** Of log-probabilities [T, N, C]: −log of the probability of each row's labels, [N]. */
function negativeLogLikelihood(logProbs: Tensor, labels: Tensor, inputLengths: Tensor, targetLengths: Tensor, blank: number): Tensor {
  const [frames, n] = logProbs.shape as readonly [number, number, number];
  const { device, dtype } = logProbs;
  const states = interleave(labels, blank); // [N, W]
  const width = states.shape[1] as number;
  const longest = labels.shape[1] as number;
  // two columns in front, for what states are reached from: the second one is where all alignments start
  const differs = longest > 1 ? labels.narrow(1, 1, longest - 1).ne(labels.narrow(1, 0, longest - 1)).to("int32") : labels.narrow(1, 0, 0); // biome-ignore format: one step
  const first = full([n, Math.min(longest, 1)], 1, { dtype: "int32", device });
  const mayJump = pad(interleave(cat([first, differs], 1), 0), [2, 0]); // [N, 2 + W]
  const emissions = pad(gather(logProbs, 2, expand(states, [frames, n, width])), [2, 0], { value: NOTHING }); // [T, N, 2 + W]
  const start = Array.from({ length: width + 2 }, (_, state) => (state === 1 ? 0 : NOTHING));
  const lengths = inputLengths.unsqueeze(1);
  let alpha = expand(tensor(start, { dtype, device }), [n, width + 2]);
  for (let frame = 0; frame < frames; frame++) {
    const before = pad(alpha, [2, 0], { value: NOTHING });
    const shifted = (by: number): Tensor => before.narrow(1, 2 - by, width + 2);
    alpha = advance(emissions.select(0, frame), alpha, shifted(1), shifted(2), mayJump, lengths, { frame });
  }
  const last = targetLengths.mul(2).add(2).unsqueeze(1); // the blank behind the last label
  const likelihood = negativeLogSum(gather(alpha, 1, last), gather(alpha, 1, last.sub(1))).squeeze(1);
  const frameNumbers = arange(frames, { dtype: "int32", device }).view(frames, 1, 1);
  return likelihood.add(normalisationOfFrames(logProbs, frameNumbers, lengths).sum([0, 2]));
}

/**
 * −log of the probability of each row's labels, in any alignment with its frames. A mean divides each row by its number of labels first. The
 * gradient is PyTorch's: that of frames which are normalised, as logSoftmax gives them.
 *
 * logProbs is [T, N, C] (or [T, C]), targets [N, S] or the labels of all rows one after the other, and both lengths are [N].
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  { blank = 0, reduction = "mean", zeroInfinity = false }: CTCLossOptions = {},
): Tensor {
  checkReduction("ctcLoss", reduction);
  if (logProbs.ndim !== 2 && logProbs.ndim !== 3)
    throw new ShapeError("ctcLoss", `expected logProbs [T, N, C] or [T, C] (got ${formatShape(logProbs.shape)})`);
  if (!isFloat(logProbs.dtype) || isFloat(targets.dtype) || targets.dtype === "bool")
    throw new DTypeError("ctcLoss", `logProbs must be floats and targets whole numbers (got ${logProbs.dtype} and ${targets.dtype})`);
  return scope(() => {
    const single = logProbs.ndim === 2;
    const batch = single ? logProbs.unsqueeze(1) : logProbs;
    const [frames, n, classes] = batch.shape as readonly [number, number, number];
    if (!(blank >= 0 && blank < classes)) throw new IndexError("ctcLoss", `blank ${blank} is not among ${classes} classes`);
    if (targets.ndim > 2 || (targets.ndim === 2 && targets.shape[0] !== n))
      throw new ShapeError("ctcLoss", `targets must be [${n}, S] or a vector of all labels (got ${formatShape(targets.shape)})`);
    const most = targets.ndim === 2 ? (targets.shape[1] as number) : targets.numel;
    const [frameCounts, labelCounts] = [
      checkedLengths("inputLengths", inputLengths, n, frames, batch.device),
      checkedLengths("targetLengths", targetLengths, n, most, batch.device),
    ];
    const known = onHost(targetLengths);
    if (known && targets.ndim === 1 && known.reduce((a, b) => a + b, 0) > targets.numel)
      throw new ShapeError("ctcLoss", `targetLengths add up to more than the ${targets.numel} targets`);
    const labels = labelRows(targets, labelCounts, known ? Math.max(0, ...known) : most, blank);
    const losses = negativeLogLikelihood(batch, labels, frameCounts, labelCounts, blank);
    const finite = zeroInfinity ? where(losses.eq(Number.POSITIVE_INFINITY), 0, losses) : losses;
    if (reduction === "none") return single ? finite.squeeze(0) : finite;
    return reduction === "sum" ? finite.sum() : finite.div(labelCounts.clamp(1)).mean();
  });
}

/**
 * Connectionist temporal classification of log-probabilities, as LogSoftmax gives them.
 *
 * @example
 * new CTCLoss().call(logits.logSoftmax(2), labels, [50, 43], [6, 4]); // [T, 2, C] and [2, S] give a scalar
 */
export class CTCLoss extends Loss<CTCLossOptions> {
  forward(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths): Tensor {
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, this.options);
  }
}
