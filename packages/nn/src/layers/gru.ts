// Gated recurrent units.
import type { Tensor } from "@gradkit/tensor";
import { type CellKind, gruCell } from "../functional/cell-kinds.ts";
import type { State } from "../functional/recurrent.ts";
import { Recurrent, type RecurrentOptions } from "./recurrent.ts";

/**
 * GRU over sequences x [T, N, in], [N, T, in] with batchFirst, or [T, in]; its state starts at zeros. Gives the outputs
 * [T, N, directions · hidden] and the last state. `callPacked` does the same for sequences of different lengths.
 *
 * @example
 * const [output, h] = new GRU(8, 16).call(zeros([10, 4, 8])); // [10, 4, 16], [1, 4, 16]
 */
export class GRU extends Recurrent<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(gruCell.gates, inputSize, hiddenSize, options);
  }

  protected override get kind(): CellKind {
    return gruCell;
  }

  protected override listOf(state: Tensor): State {
    return [state];
  }

  protected override stateOf([h]: State): Tensor {
    return h as Tensor;
  }
}
