// Reductions: one float64 accumulator for each output, the whole input walked once.
import type { Backend, View } from "../../backend.ts";
import type { TypedArray } from "../../dtype.ts";
import { evaluate } from "../../formula/evaluate.ts";
import { contiguousStrides, numel } from "../../view.ts";
import { elementsOf, storeTo } from "./buffer.ts";
import { beats, combine } from "./combine.ts";
import { pinned, walk } from "./walk.ts";

export const reduce: Backend["reduce"] = (reducer, formula, inputs, scalars, outputs, dims, finish) => {
  const { shape: kept } = outputs[0] as View;
  const shape = (inputs[0] as View).shape;
  const count = numel(kept);
  const slots = pinned({ strides: contiguousStrides(kept), offset: 0 }, dims); // which accumulator an element belongs to
  const seen = new Int32Array(count);
  const values = new Float64Array(count).fill(reducer === "prod" ? 1 : 0);
  const positions = new Int32Array(count);

  const whole = formula.outputs[0]?.type !== "float";
  const isArg = reducer === "argmax" || reducer === "argmin";
  const join = isArg ? null : combine[reducer](whole);
  const startsEmpty = reducer === "sum" || reducer === "prod";

  const evaluator = evaluate(formula);
  const sources = inputs.map(elementsOf);
  const row = new Float64Array(inputs.length);
  walk(shape, [slots, ...inputs], (index, at) => {
    for (let i = 0; i < sources.length; i++) row[i] = (sources[i] as TypedArray)[at[i + 1] as number] as number;
    const s = at[0] as number;
    const value = evaluator(row, scalars, index)[0] as number;
    const position = (seen[s] as number)++; // row-major within the reduced dims
    const old = values[s] as number;
    if (join) values[s] = position === 0 && !startsEmpty ? value : join(old, value);
    else if (position === 0 || beats(reducer === "argmax", value, old)) {
      values[s] = value;
      positions[s] = position;
    }
  });

  const [first, second] = outputs.map(storeTo);
  const end = finish && evaluate(finish.formula);
  const wrapped = (value: number): number => (whole ? value | 0 : value);
  walk(kept, outputs, (slot, [at, valueAt]) => {
    const value = values[slot] as number;
    if (!isArg) first?.(at as number, end && finish ? (end([wrapped(value)], finish.scalars, slot)[0] as number) : value);
    else {
      first?.(at as number, positions[slot] as number);
      second?.(valueAt as number, value);
    }
  });
};
