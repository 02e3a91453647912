// One step of a recurrent net, for loops of your own.
import { formatShape, ShapeError, scope, type Tensor, uniform, zeros } from "@gradkit/tensor";
import { type CellKind, gruCell, lstmCell, type Nonlinearity, rnnCell } from "../functional/cell-kinds.ts";
import { cellStep, type State } from "../functional/recurrent.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonBool } from "../print-module.ts";
import type { InitOptions } from "./init-options.ts";

export interface RecurrentCellOptions extends InitOptions {
  /** Whether to add biases. Default: true. */
  bias?: boolean;
}

abstract class RecurrentCell extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly weightIh: Parameter; // [gates·hidden, in]
  readonly weightHh: Parameter; // [gates·hidden, hidden]
  readonly biasIh: Parameter | null; // [gates·hidden]
  readonly biasHh: Parameter | null; // [gates·hidden]

  constructor(gates: number, inputSize: number, hiddenSize: number, { bias = true, ...init }: RecurrentCellOptions) {
    super();
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    const bound = hiddenSize > 0 ? 1 / Math.sqrt(hiddenSize) : 0;
    const draw = (...shape: number[]): Parameter => parameter(uniform(shape, -bound, bound, init));
    this.weightIh = draw(gates * hiddenSize, inputSize);
    this.weightHh = draw(gates * hiddenSize, hiddenSize);
    this.biasIh = bias ? draw(gates * hiddenSize) : null;
    this.biasHh = bias ? draw(gates * hiddenSize) : null;
  }

  #check(x: Tensor, states: State): void {
    const fail = (problem: string, got: Tensor): never => {
      throw new ShapeError(this.constructor.name, `${problem} (got ${formatShape(got.shape)})`);
    };
    if (x.ndim !== 1 && x.ndim !== 2) fail("expected x [N, in], or [in] without batch", x);
    if (x.shape.at(-1) !== this.inputSize) fail(`expected ${this.inputSize} features in x`, x);
    const expected = formatShape([...x.shape.slice(0, -1), this.hiddenSize]);
    for (const state of states)
      if (formatShape(state.shape) !== expected) fail(`the state must be ${expected} for x ${formatShape(x.shape)}`, state);
  }

  /** The next state of x [N, in], or [in], from `count` states of zeros where none are given. */
  protected step(kind: CellKind, x: Tensor, given: State | null, count = 1): State {
    this.#check(x, given ?? []);
    return scope(() => {
      const rows = x.ndim === 1 ? x.unsqueeze(0) : x;
      const zero = (): Tensor => zeros([rows.shape[0] as number, this.hiddenSize], { dtype: x.dtype, device: x.device });
      const state = given ? given.map((s) => (x.ndim === 1 ? s.unsqueeze(0) : s)) : Array.from({ length: count }, zero);
      const weights = { ih: this.weightIh, hh: this.weightHh, biasIh: this.biasIh, biasHh: this.biasHh, hr: null };
      const next = cellStep(kind, rows, state, weights);
      return x.ndim === 1 ? next.map((s) => s.squeeze(0)) : next;
    });
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.biasIh ? "" : `, bias=${pythonBool(false)}`}`;
  }
}

export interface RNNCellOptions extends RecurrentCellOptions {
  /** Default: "tanh". */
  nonlinearity?: Nonlinearity;
}

/** One step of an RNN: x [N, in] and h [N, hidden], both also without N, to the next h. */
export class RNNCell extends RecurrentCell {
  readonly nonlinearity: Nonlinearity;

  constructor(inputSize: number, hiddenSize: number, { nonlinearity = "tanh", ...options }: RNNCellOptions = {}) {
    super(rnnCell("RNNCell", nonlinearity).gates, inputSize, hiddenSize, options);
    this.nonlinearity = nonlinearity;
  }

  forward(x: Tensor, h: Tensor | null = null): Tensor {
    return this.step(rnnCell("RNNCell", this.nonlinearity), x, h && [h])[0] as Tensor;
  }

  override extraRepr(): string {
    return super.extraRepr() + (this.nonlinearity === "tanh" ? "" : `, nonlinearity=${this.nonlinearity}`);
  }
}

/**
 * One step of an LSTM: x [N, in] and states [N, hidden], all also without N, to the next h and c.
 *
 * @example
 * const cell = new LSTMCell(8, 16);
 * let state = cell.call(zeros([4, 8]));
 * state = cell.call(zeros([4, 8]), state);
 */
export class LSTMCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super(lstmCell.gates, inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state: readonly [h: Tensor, c: Tensor] | null = null): [h: Tensor, c: Tensor] {
    return this.step(lstmCell, x, state, 2) as unknown as [Tensor, Tensor];
  }
}

/** One step of a GRU: x [N, in] and h [N, hidden], both also without N, to the next h. */
export class GRUCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super(gruCell.gates, inputSize, hiddenSize, options);
  }

  forward(x: Tensor, h: Tensor | null = null): Tensor {
    return this.step(gruCell, x, h && [h])[0] as Tensor;
  }
}
