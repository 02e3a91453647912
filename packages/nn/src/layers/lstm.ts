// Long short-term memory.
import type { Tensor } from "@gradkit/tensor";
import { type CellKind, lstmCell } from "../functional/cell-kinds.ts";
import type { State } from "../functional/recurrent.ts";
import { Recurrent, type RecurrentOptions } from "./recurrent.ts";

export interface LSTMOptions extends RecurrentOptions {
  /** Size that the hidden state is projected to; 0: not at all. Default: 0. */
  projSize?: number;
}

/** Hidden and cell state, [layers · directions, N, hidden] each. */
export type LSTMState = readonly [h: Tensor, c: Tensor];

/**
 * LSTM over sequences x [T, N, in], [N, T, in] with batchFirst, or [T, in]; its state starts at zeros. Gives the outputs
 * [T, N, directions · hidden] and the last states. `callPacked` does the same for sequences of different lengths.
 *
 * @example
 * const [output, [h, c]] = new LSTM(8, 16, { numLayers: 2, batchFirst: true }).call(zeros([4, 10, 8])); // [4, 10, 16], [2, 4, 16] twice
 */
export class LSTM extends Recurrent<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    super(lstmCell.gates, inputSize, hiddenSize, options);
  }

  protected override get kind(): CellKind {
    return lstmCell;
  }

  protected override listOf(state: LSTMState): State {
    return state;
  }

  protected override stateOf([h, c]: State): LSTMState {
    return [h as Tensor, c as Tensor];
  }
}
