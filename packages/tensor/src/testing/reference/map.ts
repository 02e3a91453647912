// A formula over elements, one after the other, in float64.
import type { Backend, View } from "../../backend.ts";
import { evaluate } from "../../formula/evaluate.ts";
import { elementsOf, storeTo } from "./buffer.ts";
import { walk } from "./walk.ts";

export const map: Backend["map"] = (formula, inputs, scalars, outputs) => {
  const evaluator = evaluate(formula);
  const sources = inputs.map(elementsOf);
  const stores = outputs.map(storeTo);
  const values = new Float64Array(inputs.length);
  const { shape } = outputs[0] as View;
  walk(shape, [...inputs, ...outputs], (index, at) => {
    sources.forEach((source, i) => {
      values[i] = source[at[i] as number] as number;
    });
    const results = evaluator(values, scalars, index);
    stores.forEach((store, k) => {
      store(at[inputs.length + k] as number, results[k] as number);
    });
  });
};
