// The cells of recurrent nets as formulas: what becomes of the products with the weights and of the state, and the gradient of that.
import { GradkitError } from "@gradkit/tensor";
import { add, le, mul, type Node, relu, select, sigmoid, sub, tanh } from "@gradkit/tensor/formula";

/** A node for each gate, or for each part of the state: the hidden state h, and behind it an LSTM's cell state c. */
type Nodes = readonly Node[];

/** One kind of cell. Products are W·x + b, those with the input, and V·h + b', those with the hidden state, a node for each gate. */
export interface CellKind {
  readonly name: string;
  /** How often the hidden size stands in the weights. */
  readonly gates: number;
  /** How many tensors its state is. */
  readonly states: number;
  /** Whether the two products only ever appear as a sum, and so their biases. */
  readonly addsProducts: boolean;
  /** Whether h counts beside its product; where it does not, it is not among the state that `forward` is given. */
  readonly readsHidden: boolean;
  /** How many values of each unit the gradient reads. */
  readonly kept: number;
  /** The next state, and the values that the gradient reads. */
  readonly forward: (ofInput: Nodes, ofHidden: Nodes, state: Nodes) => { readonly state: Nodes; readonly kept: Nodes };
  /** Gradients of the products, and of the state that `forward` is given. */
  readonly backward: (kept: Nodes, dState: Nodes) => { readonly ofInput: Nodes; readonly ofHidden: Nodes; readonly state: Nodes };
}

const elman = (name: string, activation: (x: Node) => Node, derivative: (g: Node, y: Node) => Node): CellKind => ({
  name,
  gates: 1,
  states: 1,
  addsProducts: true,
  readsHidden: false,
  kept: 1,
  forward([x], [v]) {
    const h = activation(add(x as Node, v as Node));
    return { state: [h], kept: [h] };
  },
  backward([h], [dh]) {
    const d = [derivative(dh as Node, h as Node)];
    return { ofInput: d, ofHidden: d, state: [] };
  },
});

const dTanh = (g: Node, y: Node): Node => mul(g, sub(1, mul(y, y)));
const dSigmoid = (g: Node, y: Node): Node => mul(mul(g, sub(1, y)), y);

/** h' = tanh(W·x + b + V·h + b') (Elman 1990), or with relu. */
const elmanCells = {
  tanh: /* @__PURE__ */ elman("rnn", tanh, dTanh),
  relu: /* @__PURE__ */ elman("rnn", relu, (g, y) => select(le(y, 0), 0, g)),
};
export type Nonlinearity = keyof typeof elmanCells;

export function rnnCell(name: string, nonlinearity: Nonlinearity): CellKind {
  const kind = elmanCells[nonlinearity];
  if (!kind) throw new GradkitError(name, `nonlinearity is "tanh" or "relu" (got ${JSON.stringify(nonlinearity)})`);
  return kind;
}

/** Hochreiter & Schmidhuber 1997, with forget gates (Gers et al. 2000). Gates: input, forget, candidate, output. */
export const lstmCell: CellKind = {
  name: "lstm",
  gates: 4,
  states: 2,
  addsProducts: true,
  readsHidden: false,
  kept: 5,
  forward(ofInput, ofHidden, [c]) {
    const [inZ, forgetZ, newZ, outZ] = ofInput.map((x, k) => add(x, ofHidden[k] as Node)) as [Node, Node, Node, Node];
    const [input, forget, candidate, output] = [sigmoid(inZ), sigmoid(forgetZ), tanh(newZ), sigmoid(outZ)];
    const next = add(mul(forget, c as Node), mul(input, candidate));
    return { state: [mul(output, tanh(next)), next], kept: [input, forget, candidate, output, c as Node] };
  },
  backward(kept, [dh, dNext]) {
    const [input, forget, candidate, output, c] = kept as [Node, Node, Node, Node, Node];
    const squashed = tanh(add(mul(forget, c), mul(input, candidate)));
    const dc = add(dNext as Node, dTanh(mul(dh as Node, output), squashed));
    const d = [
      dSigmoid(mul(dc, candidate), input),
      dSigmoid(mul(dc, c), forget),
      dTanh(mul(dc, input), candidate),
      dSigmoid(mul(dh as Node, squashed), output),
    ];
    return { ofInput: d, ofHidden: d, state: [mul(dc, forget)] };
  },
};

/** Cho et al. 2014, with the reset gate behind the product as in cuDNN: the candidate's biases do not merge. Gates: reset, update, candidate. */
export const gruCell: CellKind = {
  name: "gru",
  gates: 3,
  states: 1,
  addsProducts: false,
  readsHidden: true,
  kept: 5,
  forward([inReset, inUpdate, inNew], [hReset, hUpdate, hNew], [h]) {
    const [reset, update] = [sigmoid(add(inReset as Node, hReset as Node)), sigmoid(add(inUpdate as Node, hUpdate as Node))];
    const candidate = tanh(add(inNew as Node, mul(reset, hNew as Node)));
    const next = add(candidate, mul(update, sub(h as Node, candidate)));
    return { state: [next], kept: [reset, update, candidate, hNew as Node, h as Node] };
  },
  backward(kept, [dh]) {
    const [reset, update, candidate, hNew, h] = kept as [Node, Node, Node, Node, Node];
    const dNew = dTanh(mul(dh as Node, sub(1, update)), candidate);
    const dUpdate = dSigmoid(mul(dh as Node, sub(h, candidate)), update);
    const dReset = dSigmoid(mul(dNew, hNew), reset);
    return { ofInput: [dReset, dUpdate, dNew], ofHidden: [dReset, dUpdate, mul(dNew, reset)], state: [mul(dh as Node, update)] };
  },
};
