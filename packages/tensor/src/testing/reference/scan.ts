// Running sums, products and extremes along a dim.
import type { Backend, View } from "../../backend.ts";
import { elementsOf, storeTo } from "./buffer.ts";
import { beats, combine, isWhole } from "./combine.ts";
import { eachLine } from "./lines.ts";

export const scan: Backend["scan"] = (kind, input, dim, outputs) => {
  const views = [input, ...outputs];
  const steps = views.map(({ strides }) => strides[dim] as number);
  const position = (view: number, starts: readonly number[], i: number): number => (starts[view] as number) + i * (steps[view] as number);
  const source = elementsOf(input);
  const [storeValue, storeIndex] = outputs.map(storeTo);
  const join = combine[kind](isWhole((outputs[0] as View).dtype));
  const extreme = kind === "max" || kind === "min";
  const length = input.shape[dim] as number;

  eachLine(views, dim, (starts) => {
    let total = 0;
    let winner = 0;
    for (let i = 0; i < length; i++) {
      const value = source[position(0, starts, i)] as number;
      if (i === 0) total = value;
      else if (!extreme) total = join(total, value);
      else if (!beats(kind === "max", total, value)) {
        total = value; // the latest of equals
        winner = i;
      }
      storeValue?.(position(1, starts, i), total);
      storeIndex?.(position(2, starts, i), winner);
    }
  });
};
