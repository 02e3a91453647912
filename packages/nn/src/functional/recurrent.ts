// Recurrent nets. The products of all inputs with their weights are one matmul; a time step is one matmul and one formula. Rows are time-major, as
// in packed sequences: step t takes batchSizes[t] rows, and sequences that have ended are at the end of a batch.
import { splitJointly } from "@gradkit/autograd/split-jointly";
import { addmm, cat, GradkitError, linear, pointwise, relu, scope, type Tensor, tanh } from "@gradkit/tensor";
import * as f from "@gradkit/tensor/formula";

/** What a cell hands on: its hidden state h [N, H] first, which is also its output; an LSTM's cell state c second. */
export type State = readonly Tensor[];

export interface RecurrentWeights {
  readonly ih: Tensor; // [gates·H, in]
  readonly hh: Tensor; // [gates·H, out]
  readonly biasIh: Tensor | null; // [gates·H]
  readonly biasHh: Tensor | null; // [gates·H]
  /** Projection of the hidden state. */
  readonly hr: Tensor | null; // [P, H]
}

/** A kind of cell: how often the hidden size stands in its weights, and what it does. */
export interface CellKind {
  readonly gates: number;
  /** What the inputs of all steps add to the gates. */
  readonly products: (x: Tensor, weights: RecurrentWeights) => Tensor;
  /** `hh` is transposed: [out, gates·H]. */
  readonly step: (products: Tensor, state: State, hh: Tensor, weights: RecurrentWeights) => State;
}

/** Both biases where they only ever appear as a sum. */
const withBothBiases = (x: Tensor, { ih, biasIh, biasHh }: RecurrentWeights): Tensor =>
  linear(x, ih, biasIh && biasHh ? biasIh.add(biasHh) : null);

const elman = (activation: (x: Tensor) => Tensor): CellKind => ({
  gates: 1,
  products: withBothBiases,
  step: (products, [h], hh) => [activation(addmm(products, h as Tensor, hh))],
});

/** h' = tanh(W·x + b + V·h + b') (Elman 1990), or with relu. */
const elmanCells = { tanh: /* @__PURE__ */ elman(tanh), relu: /* @__PURE__ */ elman(relu) };
export type Nonlinearity = keyof typeof elmanCells;

export function rnnCell(name: string, nonlinearity: Nonlinearity): CellKind {
  const kind = elmanCells[nonlinearity];
  if (!kind) throw new GradkitError(name, `nonlinearity is "tanh" or "relu" (got ${JSON.stringify(nonlinearity)})`);
  return kind;
}

/** Input, forget, candidate and output gates before their activations, and the cell state; gives h and c. */
const lstmGates = /* @__PURE__ */ pointwise("lstmGates", (input, forget, candidate, output, c) => {
  const next = f.add(f.mul(f.sigmoid(forget), c), f.mul(f.sigmoid(input), f.tanh(candidate)));
  return [f.mul(f.sigmoid(output), f.tanh(next)), next];
});

/** Hochreiter & Schmidhuber 1997, with forget gates (Gers et al. 2000) and projections (Sak et al. 2014). */
export const lstmCell: CellKind = {
  gates: 4,
  products: withBothBiases,
  step(products, [h, c], hh, { hr }) {
    const [next, cell] = lstmGates(...gatesOf(addmm(products, h as Tensor, hh), 4), c as Tensor);
    return [hr ? linear(next, hr) : next, cell];
  },
};

/** Reset, update and candidate gates, from the input and from the hidden state, and the hidden state. */
const gruGates = /* @__PURE__ */ pointwise("gruGates", (inReset, inUpdate, inNew, reset, update, fresh, h) => {
  const candidate = f.tanh(f.add(inNew, f.mul(f.sigmoid(f.add(inReset, reset)), fresh)));
  return f.add(candidate, f.mul(f.sigmoid(f.add(inUpdate, update)), f.sub(h, candidate)));
});

/** Cho et al. 2014, with the reset gate behind the product as in cuDNN: the two biases of the candidate do not merge. */
export const gruCell: CellKind = {
  gates: 3,
  products: (x, { ih, biasIh }) => linear(x, ih, biasIh),
  step(products, [h], hh, { biasHh }) {
    const recurrent = biasHh ? addmm(biasHh, h as Tensor, hh) : (h as Tensor).matmul(hh);
    return [gruGates(...gatesOf(products, 3), ...gatesOf(recurrent, 3), h as Tensor)];
  },
};

/** The gates, side by side in [N, gates·H]. */
const gatesOf = (x: Tensor, gates: number): Tensor[] => splitJointly(x, new Array<number>(gates).fill((x.shape[1] as number) / gates), 1);

/** One step outside a sequence. x [N, in]. */
export const cellStep = (kind: CellKind, x: Tensor, state: State, weights: RecurrentWeights): State =>
  scope(() => kind.step(kind.products(x, weights), state, weights.hh.t(), weights));

const splitRows = (state: State, first: number, rest: number): State[] => {
  const parts = state.map((x) => splitJointly(x, [first, rest], 0));
  return [0, 1].map((i) => parts.map((pair) => pair[i] as Tensor));
};

const joinRows = (states: readonly State[]): State => {
  const [first, ...others] = states as [State, ...State[]];
  return others.length === 0 ? first : first.map((_, i) => cat(states.map((state) => state[i] as Tensor)));
};

/** Runs one direction of one layer over rows [Σ batchSizes, in]; gives the outputs [Σ batchSizes, out] and the last state of every sequence. */
export function runDirection(
  kind: CellKind,
  rows: Tensor,
  batchSizes: readonly number[],
  initial: State,
  weights: RecurrentWeights,
  reverse: boolean,
): { outputs: Tensor; last: State } {
  const products = splitJointly(kind.products(rows, weights), batchSizes, 0);
  const hh = weights.hh.t();
  const outputs = new Array<Tensor>(batchSizes.length);
  const order = [...batchSizes.keys()];
  if (reverse) order.reverse();
  let size = batchSizes[order[0] as number] as number;
  let [state, waiting] = splitRows(initial, size, ((initial[0] as Tensor).shape[0] as number) - size) as [State, State]; // reversed: not begun
  const ended: State[] = [];
  for (const t of order) {
    const count = batchSizes[t] as number;
    if (count < size) {
      const [going, done] = splitRows(state, count, size - count) as [State, State];
      ended.unshift(done);
      state = going;
    } else if (count > size) {
      const [begun, rest] = splitRows(waiting, count - size, ((waiting[0] as Tensor).shape[0] as number) - (count - size)) as [
        State,
        State,
      ];
      state = joinRows([state, begun]);
      waiting = rest;
    }
    size = count;
    state = kind.step(products[t] as Tensor, state, hh, weights);
    outputs[t] = state[0] as Tensor;
  }
  return { outputs: cat(outputs), last: joinRows([state, ...ended]) };
}
