// What RNN, LSTM and GRU share: their weights by layer and direction, the checks of what comes in, and the walk through the layers.
import { cat, formatShape, IndexError, ShapeError, scope, type Tensor, uniform, zeros } from "@gradkit/tensor";
import type { CellKind } from "../functional/cell-kinds.ts";
import { dropout } from "../functional/dropout.ts";
import { PackedSequence, takeRows } from "../functional/packed-sequence.ts";
import type { RecurrentWeights, State } from "../functional/recurrent.ts";
import { runDirection } from "../functional/recurrent-direction.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonBool, pythonFloat } from "../print-module.ts";
import type { InitOptions } from "./init-options.ts";

export interface RecurrentOptions extends InitOptions {
  /** How many layers, each on the outputs of the one before. Default: 1. */
  numLayers?: number;
  /** Whether to add biases. Default: true. */
  bias?: boolean;
  /** Whether tensors are [N, T, …] instead of [T, N, …]; states stay [layers, N, …]. Default: false. */
  batchFirst?: boolean;
  /** Of the outputs of all layers but the last, in training. Default: 0. */
  dropout?: number;
  /** Whether a second net reads each sequence backwards; its outputs are joined. Default: false. */
  bidirectional?: boolean;
}

function checkSettings(name: string, inputSize: number, hiddenSize: number, { numLayers, dropout: p, projSize }: Settings): void {
  if (!(p >= 0 && p <= 1)) throw new IndexError(name, `dropout = ${p} is no probability`);
  if (!(hiddenSize > 0)) throw new IndexError(name, `hiddenSize must be above 0 (got ${hiddenSize})`);
  if (!(numLayers > 0)) throw new IndexError(name, `numLayers must be above 0 (got ${numLayers})`);
  if (!(inputSize >= 0)) throw new IndexError(name, `inputSize must not be negative (got ${inputSize})`);
  if (!(projSize >= 0 && projSize < hiddenSize))
    throw new IndexError(name, `projSize must be from 0 to ${hiddenSize - 1} (got ${projSize})`);
}

type Settings = Required<Omit<RecurrentOptions, keyof InitOptions>> & { readonly projSize: number };

/** `S` is what a user sees of the state: h alone, or h and c. */
export abstract class Recurrent<S> extends Module {
  /** `weightIhL0`, `weightHhL0`, `weightHrL0`, and so on with `Reverse` behind for the way back. */
  readonly [weight: `weight${string}`]: Parameter;
  /** `biasIhL0`, `biasHhL0`, … */
  readonly [bias: `bias${string}L${string}`]: Parameter;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly projSize: number;

  constructor(
    gates: number,
    inputSize: number,
    hiddenSize: number,
    {
      numLayers = 1,
      bias = true,
      batchFirst = false,
      dropout: p = 0,
      bidirectional = false,
      projSize = 0,
      ...init
    }: RecurrentOptions & { projSize?: number },
  ) {
    super();
    if (projSize > 0 && gates !== 4) throw new IndexError(new.target.name, `only an LSTM projects its states (got projSize ${projSize})`);
    checkSettings(new.target.name, inputSize, hiddenSize, { numLayers, bias, batchFirst, dropout: p, bidirectional, projSize });
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = p;
    this.bidirectional = bidirectional;
    this.projSize = projSize;
    const bound = 1 / Math.sqrt(hiddenSize);
    const outSize = projSize || hiddenSize;
    const add = (field: string, shape: readonly number[]): void => {
      const value = parameter(uniform(shape, -bound, bound, init));
      Object.defineProperty(this, field, { value, enumerable: true, writable: true, configurable: true });
    };
    for (let layer = 0; layer < numLayers; layer++) {
      const inSize = layer === 0 ? inputSize : outSize * this.#directions.length;
      for (const direction of this.#directions) {
        const suffix = `L${layer}${direction}`;
        add(`weightIh${suffix}`, [gates * hiddenSize, inSize]);
        add(`weightHh${suffix}`, [gates * hiddenSize, outSize]);
        if (bias) for (const name of ["biasIh", "biasHh"]) add(name + suffix, [gates * hiddenSize]);
        if (projSize > 0) add(`weightHr${suffix}`, [projSize, hiddenSize]);
      }
    }
  }

  get #directions(): readonly string[] {
    return this.bidirectional ? ["", "Reverse"] : [""];
  }

  protected abstract readonly kind: CellKind;
  protected abstract listOf(state: S): State;
  protected abstract stateOf(list: State): S;

  forward(x: PackedSequence, state?: S | null): [output: PackedSequence, state: S];
  forward(x: Tensor, state?: S | null): [output: Tensor, state: S];
  forward(x: Tensor | PackedSequence, state: S | null = null): [output: Tensor | PackedSequence, state: S] {
    const given = state && this.listOf(state);
    const { outputs, last } = x instanceof PackedSequence ? this.#runPacked(x, given) : this.#runTensor(x, given);
    return [outputs, this.stateOf(last)];
  }

  /** `call`, typed for packed sequences. States are in the order in which the sequences came. */
  callPacked(x: PackedSequence, state: S | null = null): [output: PackedSequence, state: S] {
    return this.call(...([x, state] as never)) as unknown as [PackedSequence, S];
  }

  #weights(layer: number, direction: string): RecurrentWeights {
    const fields = this as unknown as Record<string, Parameter | undefined>;
    const of = (name: string): Tensor | null => fields[`${name}L${layer}${direction}`] ?? null;
    return { ih: of("weightIh") as Tensor, hh: of("weightHh") as Tensor, biasIh: of("biasIh"), biasHh: of("biasHh"), hr: of("weightHr") };
  }

  /** All layers over time-major rows. `initial` and the last states are [layers · directions, N, size]. */
  #layers(rows: Tensor, batchSizes: readonly number[], initial: State): { outputs: Tensor; last: State } {
    const lasts: State[] = [];
    let x = rows;
    for (let layer = 0; layer < this.numLayers; layer++) {
      if (layer > 0) x = dropout(x, { p: this.dropout, training: this.training });
      const input = x;
      const outputs = this.#directions.map((direction) => {
        const start = initial.map((state) => state.select(0, lasts.length));
        const run = runDirection(this.kind, input, batchSizes, start, this.#weights(layer, direction), direction !== "");
        lasts.push(run.last);
        return run.outputs;
      });
      x = outputs.length === 1 ? (outputs[0] as Tensor) : cat(outputs, 1);
    }
    return { outputs: x, last: initial.map((_, i) => cat(lasts.map((state) => (state[i] as Tensor).unsqueeze(0)))) };
  }

  #initial(x: Tensor, batch: number, batched: boolean, given: State | null): State {
    const layers = this.numLayers * this.#directions.length;
    const sizes = [this.projSize || this.hiddenSize, this.hiddenSize];
    const count = this.kind.states;
    if (!given) return sizes.slice(0, count).map((size) => zeros([layers, batch, size], { dtype: x.dtype, device: x.device }));
    return given.map((state, i) => {
      const expected = formatShape([layers, ...(batched ? [batch] : []), sizes[i] as number]);
      if (formatShape(state.shape) !== expected) {
        const what = i === 0 ? "the hidden state" : "the cell state";
        throw new ShapeError(
          this.constructor.name,
          `${what} must be ${expected} (got ${formatShape(state.shape)}, x ${formatShape(x.shape)})`,
        );
      }
      return batched ? state : state.unsqueeze(1);
    });
  }

  #checkFeatures(x: Tensor): void {
    if (x.shape.at(-1) !== this.inputSize) {
      const layout = x.ndim < 3 ? "[T, in]" : this.batchFirst ? "[N, T, in]" : "[T, N, in]";
      throw new ShapeError(this.constructor.name, `expected ${this.inputSize} features (got x ${formatShape(x.shape)}). x is ${layout}`);
    }
  }

  /** Outputs and last states of x [T, N, in], [N, T, in] with batchFirst, or [T, in]. */
  #runTensor(x: Tensor, given: State | null): { outputs: Tensor; last: State } {
    if (x.ndim !== 2 && x.ndim !== 3)
      throw new ShapeError(this.constructor.name, `expected x with 3 dims, or 2 without batch (got ${formatShape(x.shape)})`);
    this.#checkFeatures(x);
    return scope(() => {
      const batched = x.ndim === 3;
      const swap = batched && this.batchFirst;
      const major = swap ? x.transpose(0, 1) : batched ? x : x.unsqueeze(1);
      const [steps, batch] = major.shape as [number, number];
      if (steps === 0) throw new ShapeError(this.constructor.name, `expected at least one time step (got x ${formatShape(x.shape)})`);
      const rows = major.reshape(steps * batch, this.inputSize);
      const run = this.#layers(rows, new Array<number>(steps).fill(batch), this.#initial(x, batch, batched, given));
      const y = run.outputs.reshape(steps, batch, run.outputs.shape[1] as number);
      if (!batched) return { outputs: y.squeeze(1), last: run.last.map((state) => state.squeeze(1)) };
      return { outputs: swap ? y.transpose(0, 1) : y, last: run.last };
    });
  }

  #runPacked(x: PackedSequence, given: State | null): { outputs: PackedSequence; last: State } {
    this.#checkFeatures(x.data);
    const { data, batchSizes, sortedIndices, unsortedIndices } = x;
    return scope(() => {
      const reorder = (state: State, order: readonly number[] | null): State =>
        order ? state.map((tensor) => takeRows(tensor, order, 1)) : state;
      const initial = this.#initial(data, batchSizes[0] ?? 0, true, given);
      const { outputs, last } = this.#layers(data, batchSizes, given ? reorder(initial, sortedIndices) : initial);
      return { outputs: new PackedSequence(outputs, batchSizes, sortedIndices), last: reorder(last, unsortedIndices) };
    });
  }

  override extraRepr(): string {
    return [
      `${this.inputSize}, ${this.hiddenSize}`,
      ...(this.projSize > 0 ? [`proj_size=${this.projSize}`] : []),
      ...(this.numLayers > 1 ? [`num_layers=${this.numLayers}`] : []),
      ...(this.bias ? [] : [`bias=${pythonBool(false)}`]),
      ...(this.batchFirst ? ["batch_first=True"] : []),
      ...(this.dropout > 0 ? [`dropout=${pythonFloat(this.dropout)}`] : []),
      ...(this.bidirectional ? ["bidirectional=True"] : []),
    ].join(", ");
  }
}
