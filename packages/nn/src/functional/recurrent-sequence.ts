// Whole sequences on the kernels of a device. The products of all inputs are one matmul; a step is one matmul and one formula, written into buffers
// for the whole sequence. Backward is the same in reverse, and collects the gradients of all gates. Nothing here is recorded.
import { empty, type Tensor } from "@gradkit/tensor";
import type { Epilogue, View } from "@gradkit/tensor/backend";
import { backwardFormula, copyFormula, forwardFormula, sumFormula } from "./cell-formulas.ts";
import type { CellKind } from "./cell-kinds.ts";
import { type DirectionResult, hiddenBias, inputProducts, type RecurrentWeights, readState, type State } from "./recurrent.ts";
import { RowwiseCalls } from "./rowwise-calls.ts";

const rowsOf = ({ buffer, dtype, shape, strides, offset }: View, first: number, count: number): View => ({
  buffer,
  dtype,
  shape: [count, shape[1] as number],
  strides,
  offset: offset + first * (strides[0] as number),
});

/** Columns side by side, each `width` wide. */
const columnsOf = ({ buffer, dtype, shape, strides, offset }: View, width: number): View[] =>
  Array.from({ length: (shape[1] as number) / width }, (_, k) => ({
    buffer,
    dtype,
    shape: [shape[0] as number, width],
    strides,
    offset: offset + k * width * (strides[1] as number),
  }));

/** A vector as `count` equal rows. */
const repeated = ({ buffer, dtype, shape, strides, offset }: View, count: number): View => ({
  buffer,
  dtype,
  shape: [count, shape[0] as number],
  strides: [0, strides[0] as number],
  offset,
});

const plus = (x: View): Epilogue => ({ formula: sumFormula(), inputs: [x], scalars: [] });

/** The steps in the order in which they run, with their rows first … first + count − 1, and the number of all rows. */
export interface Course {
  readonly steps: readonly { readonly first: number; readonly count: number }[];
  readonly total: number; // Σ
}

export function courseOf(batchSizes: readonly number[], reverse: boolean): Course {
  let total = 0;
  const steps = batchSizes.map((count) => {
    total += count;
    return { first: total - count, count };
  });
  return { steps: reverse ? steps.reverse() : steps, total };
}

/** What backward reads of a run. */
export interface Kept {
  /** The hidden state before each step. [Σ, out] */
  readonly before: Tensor;
  /** What the cell keeps. [Σ, kept·H] */
  readonly cell: Tensor;
  /** The hidden state behind each step before its projection; null where there is none. [Σ, H] */
  readonly hidden: Tensor | null;
}

const matrix = (rows: number, columns: number, { dtype, device }: Tensor): Tensor => empty([rows, columns], { dtype, device });

/**
 * The states of all sequences stand in one buffer, of which a step changes the first rows, as many as it has: those of sequences that have ended,
 * or have not begun, stay as they are.
 */
export function runForward(
  kind: CellKind,
  { steps, total }: Course,
  x: Tensor,
  initial: State,
  weights: RecurrentWeights,
  records: boolean,
): DirectionResult & { readonly kept: Kept | null } {
  const { device } = x;
  const ofInput = inputProducts(kind, x, weights); // [Σ, gates·H]
  const width = (ofInput.shape[1] as number) / kind.gates; // H
  const [batch, outSize] = (initial[0] as Tensor).shape as [number, number];
  const ofHidden = matrix(batch, kind.gates * width, x); // of one step
  const hh = weights.hh.t();
  const hr = weights.hr?.t() ?? null;
  const bias = hiddenBias(kind, weights);
  const state = initial.map((part) => part.clone());
  const outputs = matrix(total, outSize, x);
  const kept = records
    ? { before: matrix(total, outSize, x), cell: matrix(total, kind.kept * width, x), hidden: hr && matrix(total, width, x) }
    : null;
  const unprojected = hr && !kept ? matrix(batch, width, x) : null; // [N, H]
  const [formula, copy] = [forwardFormula(kind, records, hr ? 1 : 2), copyFormula()];
  const calls = new RowwiseCalls();

  for (const { first, count } of steps) {
    const stateRows = state.map((part) => rowsOf(part, 0, count));
    const [h, ...others] = stateRows as [View, ...View[]];
    const [output, products] = [rowsOf(outputs, first, count), rowsOf(ofHidden, 0, count)];
    if (kept) calls.map(copy, [h], [rowsOf(kept.before, first, count)]);
    calls.matmul(h, hh, products, bias ? plus(repeated(bias, count)) : null);
    const read = [...columnsOf(rowsOf(ofInput, first, count), width), ...columnsOf(products, width), ...readState(kind, stateRows)];
    const keeps = kept ? columnsOf(rowsOf(kept.cell, first, count), width) : [];
    if (hr) {
      const hidden = kept?.hidden ? rowsOf(kept.hidden, first, count) : rowsOf(unprojected as Tensor, 0, count);
      calls.map(formula, read, [...keeps, hidden, ...others]);
      calls.matmul(hidden, hr, h);
      calls.map(copy, [h], [output]);
    } else calls.map(formula, read, [...keeps, output, h, ...others]);
  }
  calls.run(device);
  return { outputs, last: state, kept };
}

/** Gradients of the products of all steps, and of what the run began with. */
export interface CellGradients {
  readonly ofInput: Tensor; // [Σ, gates·H]
  readonly ofHidden: Tensor; // the same where the products are added
  readonly projected: Tensor | null; // of the hidden states behind their projection [Σ, out]
  readonly initial: State;
}

export function runBackward(
  kind: CellKind,
  { steps, total }: Course,
  { hh, hr }: RecurrentWeights,
  kept: Kept,
  dOutputs: Tensor,
  dLast: State,
  wantsInitial: boolean,
): CellGradients {
  const { device } = dOutputs;
  const [gateWidth, outSize] = hh.shape as [number, number];
  const width = gateWidth / kind.gates;
  const [batch] = (dLast[0] as Tensor).shape as [number];
  const ofInput = matrix(total, gateWidth, hh);
  const ofHidden = kind.addsProducts ? ofInput : matrix(total, gateWidth, hh);
  const dState = dLast.map((part) => part.clone());
  const past = kind.readsHidden ? matrix(batch, width, hh) : null; // what of dh goes past the product [N, H]
  const projected = hr && matrix(total, outSize, hh);
  const unprojected = hr && matrix(batch, width, hh); // [N, H]
  const [formula, sum] = [backwardFormula(kind, hr ? 1 : 2), sumFormula()];
  const calls = new RowwiseCalls();

  for (const [left, { first, count }] of [...[...steps].reverse().entries()]) {
    const [dh, ...others] = dState.map((part) => rowsOf(part, 0, count)) as [View, ...View[]];
    let summands = [dh, rowsOf(dOutputs, first, count)];
    if (hr && projected && unprojected) {
      const [after, before] = [rowsOf(projected, first, count), rowsOf(unprojected, 0, count)];
      calls.map(sum, summands, [after]);
      calls.matmul(after, hr, before);
      summands = [before];
    }
    const gates = [ofInput, ...(kind.addsProducts ? [] : [ofHidden])].flatMap((d) => columnsOf(rowsOf(d, first, count), width));
    const beside = past ? [rowsOf(past, 0, count)] : [];
    const keeps = columnsOf(rowsOf(kept.cell, first, count), width);
    calls.map(formula, [...keeps, ...summands, ...others], [...gates, ...beside, ...others]);
    if (left < steps.length - 1 || wantsInitial) calls.matmul(rowsOf(ofHidden, first, count), hh, dh, beside[0] ? plus(beside[0]) : null);
  }
  calls.run(device);
  return { ofInput, ofHidden, projected, initial: dState };
}
