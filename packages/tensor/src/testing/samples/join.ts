// Samples of joining, padding and of what undoes a view.
import { cat, embed, stack } from "../../ops/join.ts";
import { pad } from "../../ops/pad.ts";
import { atKinks, type Operand, type Sample, sample } from "./sample.ts";
import { exact } from "./tolerance.ts";
import { whole } from "./values.ts";

const joined = (name: string, dim: number, inputs: readonly Operand[]): Sample =>
  sample(name, inputs, (...tensors) => cat(tensors, dim), exact);

export const joinSamples = {
  cat: [
    joined("along 0", 0, [{ shape: [2, 3] }, { shape: [4, 3] }, { shape: [1, 3] }]),
    joined("along 1", 1, [{ shape: [2, 3] }, { shape: [2, 1] }]),
    joined("along -1 of three", -1, [{ shape: [2, 3, 4] }, { shape: [2, 3, 5] }]),
    joined("views", 1, [
      { shape: [3, 4], layout: "transposed" },
      { shape: [3, 2], layout: "flipped" },
      { shape: [3, 3], layout: "expanded" },
    ]),
    joined("one tensor", 0, [{ shape: [3] }]),
    joined("with an empty one", 0, [{ shape: [3] }, { shape: [0] }, { shape: [2] }]),
    joined("promoting", 0, [
      { shape: [3], dtype: "int32", values: whole(-9, 9) },
      { shape: [2] },
      { shape: [2], dtype: "bool", values: whole(0, 1) },
    ]),
    joined("uint8", 0, [
      { shape: [3], dtype: "uint8", values: whole(0, 99) },
      { shape: [5], dtype: "uint8", values: whole(0, 99) },
    ]),
    sample("stack along 1", [{ shape: [2, 3] }, { shape: [2, 3], layout: "stepped" }], (...tensors) => stack(tensors, 1), exact),
    sample("stack of scalars", [{ shape: [] }, { shape: [] }], (...tensors) => stack(tensors), exact),
  ],
  embed: [
    sample(
      "slice with a step",
      [{ shape: [3, 4] }],
      (x) => embed(x, { shape: [3, 9], fill: 0, view: "slice", attrs: { dim: 1, start: 1, step: 2, length: 4 } }),
      exact,
    ),
    sample(
      "diagonal",
      [{ shape: [3] }],
      (x) => embed(x, { shape: [3, 4], fill: 0, view: "diagonal", attrs: { offset: 1, dim1: 0, dim2: 1 } }),
      exact,
    ),
    sample(
      "windows side by side",
      [{ shape: [2, 3], layout: "permuted" }],
      (x) => embed(x, { shape: [7], fill: 0, view: "unfold", attrs: { dim: 0, size: 3, step: 4 } }),
      exact,
    ),
    sample("pad", [{ shape: [2, 3, 4], layout: "transposed" }], (x) => pad(x, [1, 2, 0, 3], { value: -1.5 }), exact),
    sample("pad that crops", [{ shape: [5, 6] }], (x) => pad(x, [-1, 2, 1, -2]), exact),
    atKinks("pad with -infinity", [{ shape: [3] }], (x) => pad(x, [2, 1], { value: Number.NEGATIVE_INFINITY }), exact),
    sample("pad of nothing", [{ shape: [0, 2] }], (x) => pad(x, [0, 0, 1, 1], { value: 3 }), exact),
    sample("pad int32", [{ shape: [3, 3], dtype: "int32", values: whole(-9, 9) }], (x) => pad(x, [1, 1, 1, 1], { value: -7 }), exact),
    sample("pad bool", [{ shape: [3], dtype: "bool", values: whole(0, 1) }], (x) => pad(x, [1, 1], { value: 1 }), exact),
  ],
};
