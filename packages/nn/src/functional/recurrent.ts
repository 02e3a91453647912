// Recurrent nets, composed of recorded ops. Rows are time-major, as in packed sequences: step t takes batchSizes[t] rows, and sequences that have
// ended are at the end of a batch. Whole sequences run on fewer and larger kernels in recurrent-sequence.ts; this is what second derivatives
// are made of.
import { splitJointly } from "@gradkit/autograd/split-jointly";
import { addmm, cat, linear, pointwise, scope, type Tensor } from "@gradkit/tensor";
import type { Node } from "@gradkit/tensor/formula";
import type { CellKind } from "./cell-kinds.ts";

/** What a cell hands on: its hidden state h [N, H] first, which is also its output; an LSTM's cell state c second. */
export type State = readonly Tensor[];

export interface RecurrentWeights {
  readonly ih: Tensor; // [gates·H, in]
  readonly hh: Tensor; // [gates·H, out]
  readonly biasIh: Tensor | null; // [gates·H]
  readonly biasHh: Tensor | null; // [gates·H]
  /** Projection of the hidden state (Sak et al. 2014). */
  readonly hr: Tensor | null; // [out, H]
}

/** W·x + b of all rows x [M, in], and b' where it may be added here: [M, gates·H]. */
export function inputProducts({ addsProducts }: CellKind, x: Tensor, { ih, biasIh, biasHh }: RecurrentWeights): Tensor {
  return linear(x, ih, addsProducts && biasIh && biasHh ? biasIh.add(biasHh) : biasIh);
}

/** b' where it stays with V·h. */
export const hiddenBias = ({ addsProducts }: CellKind, { biasHh }: RecurrentWeights): Tensor | null => (addsProducts ? null : biasHh);

/** The parts of the state that the formula of a cell reads. */
export const readState = <T>({ readsHidden }: CellKind, state: readonly T[]): readonly T[] => (readsHidden ? state : state.slice(1));

type Forward = (...tensors: Tensor[]) => Tensor[];
const forwards = new WeakMap<CellKind, Forward>();

/** The formula of a cell as an op, on the gates of both products and what it reads of the state. */
function forwardOf(kind: CellKind): Forward {
  let forward = forwards.get(kind);
  if (!forward) {
    const { gates } = kind;
    const op = pointwise(`${kind.name}Cell`, (...nodes) => {
      const { state } = kind.forward(nodes.slice(0, gates), nodes.slice(gates, 2 * gates), nodes.slice(2 * gates));
      return (state.length === 1 ? state[0] : state) as Node;
    });
    forward = (...tensors) => [op(...tensors)].flat();
    forwards.set(kind, forward);
  }
  return forward;
}

/** `hh` is transposed: [out, gates·H]. */
function step(kind: CellKind, products: Tensor, state: State, hh: Tensor, weights: RecurrentWeights): State {
  const [h] = state as [Tensor];
  const bias = hiddenBias(kind, weights);
  const gatesOf = (x: Tensor): Tensor[] => splitJointly(x, new Array<number>(kind.gates).fill((x.shape[1] as number) / kind.gates), 1);
  const [next, ...others] = forwardOf(kind)(
    ...gatesOf(products),
    ...gatesOf(bias ? addmm(bias, h, hh) : h.matmul(hh)),
    ...readState(kind, state),
  ) as [Tensor, ...Tensor[]];
  return [weights.hr ? linear(next, weights.hr) : next, ...others];
}

/** One step outside a sequence. x [N, in]. */
export const cellStep = (kind: CellKind, x: Tensor, state: State, weights: RecurrentWeights): State =>
  scope(() => step(kind, inputProducts(kind, x, weights), state, weights.hh.t(), weights));

const splitRows = (state: State, first: number, rest: number): State[] => {
  const parts = state.map((x) => splitJointly(x, [first, rest], 0));
  return [0, 1].map((i) => parts.map((pair) => pair[i] as Tensor));
};

const joinRows = (states: readonly State[]): State => {
  const [first, ...others] = states as [State, ...State[]];
  return others.length === 0 ? first : first.map((_, i) => cat(states.map((state) => state[i] as Tensor)));
};

/** What one direction of one layer gives: outputs [Σ batchSizes, out], and the last state of every sequence. */
export interface DirectionResult {
  readonly outputs: Tensor;
  readonly last: State;
}

/** Runs one direction of one layer over rows [Σ batchSizes, in], a step at a time. */
export function composeDirection(
  kind: CellKind,
  rows: Tensor,
  batchSizes: readonly number[],
  initial: State,
  weights: RecurrentWeights,
  reverse: boolean,
): DirectionResult {
  const products = splitJointly(inputProducts(kind, rows, weights), batchSizes, 0);
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
    state = step(kind, products[t] as Tensor, state, hh, weights);
    outputs[t] = state[0] as Tensor;
  }
  return { outputs: cat(outputs), last: joinRows([state, ...ended]) };
}
