// The plain recurrent net.
import type { Tensor } from "@gradkit/tensor";
import { type CellKind, type Nonlinearity, rnnCell } from "../functional/cell-kinds.ts";
import type { State } from "../functional/recurrent.ts";
import { Recurrent, type RecurrentOptions } from "./recurrent.ts";

export interface RNNOptions extends RecurrentOptions {
  /** Default: "tanh". */
  nonlinearity?: Nonlinearity;
}

/**
 * Elman net h' = tanh(W·x + b + V·h + b') over sequences x [T, N, in], [N, T, in] with batchFirst, or [T, in]; its state starts at zeros. Gives
 * the outputs [T, N, directions · hidden] and the last state. `callPacked` does the same for sequences of different lengths.
 *
 * @example
 * const [output, h] = new RNN(8, 16, { nonlinearity: "relu" }).call(zeros([10, 4, 8])); // [10, 4, 16], [1, 4, 16]
 */
export class RNN extends Recurrent<Tensor> {
  readonly nonlinearity: Nonlinearity;

  constructor(inputSize: number, hiddenSize: number, { nonlinearity = "tanh", ...options }: RNNOptions = {}) {
    super(rnnCell("RNN", nonlinearity).gates, inputSize, hiddenSize, options);
    this.nonlinearity = nonlinearity;
  }

  protected override get kind(): CellKind {
    return rnnCell("RNN", this.nonlinearity);
  }

  protected override listOf(state: Tensor): State {
    return [state];
  }

  protected override stateOf([h]: State): Tensor {
    return h as Tensor;
  }
}
