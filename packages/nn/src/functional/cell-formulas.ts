// The formulas that recurrent sequences run: one for all that a cell does in a step, forwards, and one for its gradient.
import { add, type Formula, formula, input, type Node } from "@gradkit/tensor/backend";
import type { CellKind } from "./cell-kinds.ts";

const inputs = (count: number, first = 0): Node[] => Array.from({ length: count }, (_, i) => input(first + i, "float"));

const ofFloats = (count: number, outputs: readonly Node[]): Formula => formula(new Array(count).fill("float"), [], outputs);

export const copyFormula = (): Formula => ofFloats(1, inputs(1));
export const sumFormula = (): Formula => ofFloats(2, [inputs(2).reduce((a, b) => add(a, b))]);

const made = new WeakMap<CellKind, Formula[]>();

function remembered(kind: CellKind, slot: number, make: () => Formula): Formula {
  let formulas = made.get(kind);
  if (!formulas) {
    formulas = [];
    made.set(kind, formulas);
  }
  formulas[slot] ??= make();
  return formulas[slot];
}

/** How many parts of the state the formulas read. */
const readStates = ({ states, readsHidden }: CellKind): number => (readsHidden ? states : states - 1);

/**
 * From the gates of both products and the state to what the cell keeps, if `records`, then h as often as `copies` says, then the rest of the state.
 * What is kept may be a state that is about to be overwritten: it comes first.
 */
export const forwardFormula = (kind: CellKind, records: boolean, copies: 1 | 2): Formula =>
  remembered(kind, 2 * copies + Number(records), () => {
    const { gates } = kind;
    const { state, kept } = kind.forward(inputs(gates), inputs(gates, gates), inputs(readStates(kind), 2 * gates));
    const [h, ...others] = state as [Node, ...Node[]];
    return ofFloats(2 * gates + readStates(kind), [...(records ? kept : []), ...new Array<Node>(copies).fill(h), ...others]);
  });

/** From what was kept, the summands of dh and the rest of dstate to gradients of the products (one list where they are added) and of the state. */
export const backwardFormula = (kind: CellKind, summands: 1 | 2): Formula =>
  remembered(kind, 5 + summands, () => {
    const { states, kept, addsProducts } = kind;
    const dh = inputs(summands, kept).reduce((a, b) => add(a, b));
    const { ofInput, ofHidden, state } = kind.backward(inputs(kept), [dh, ...inputs(states - 1, kept + summands)]);
    return ofFloats(kept + summands + states - 1, [...ofInput, ...(addsProducts ? [] : ofHidden), ...state]);
  });
