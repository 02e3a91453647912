// Samples of the loss of class indices.
import { type ClassLossOptions, classLoss } from "../../ops/cross-entropy.ts";
import type { LayoutName } from "./layouts.ts";
import { atKinks, matrix, type Operand, type Sample, sample } from "./sample.ts";
import { cancelling, type Tolerance } from "./tolerance.ts";
import { between, listed, whole } from "./values.ts";

const layouts: readonly LayoutName[] = ["transposed", "stepped", "windowed", "flipped", "expanded"];
const infinity = Number.POSITIVE_INFINITY;

/** Targets are classes, and class 1 may be ignored. */
function rows(logits: boolean, tolerance: Tolerance): Sample[] {
  const values = logits ? between(-3, 3) : between(-4, 0);
  const titled = (name: string): string => `${name}, ${logits ? "logits" : "log-probabilities"}`;
  const of =
    (options: Partial<ClassLossOptions>): Sample["call"] =>
    (x, target, weight) =>
      classLoss(x, target, weight ?? null, { logits, ignoreIndex: -100, smoothing: 0, count: x.numel, ...options });
  const at = (
    name: string,
    shape: readonly number[],
    options: Partial<ClassLossOptions> = {},
    layout: LayoutName = "contiguous",
  ): Sample => {
    const dim = shape.length === 1 ? 0 : 1;
    const target: Operand = { shape: shape.filter((_, d) => d !== dim), dtype: "int32", values: whole(0, (shape[dim] as number) - 1) };
    return sample(titled(name), [{ shape, values, layout }, target], of(options), tolerance);
  };
  const weighted = (name: string, options: Partial<ClassLossOptions> = {}): Sample =>
    sample(
      titled(`${name}, weighted`),
      [
        { shape: [6, 4], values },
        { shape: [6], dtype: "int32", values: whole(0, 3) },
        { shape: [4], values: between(0.5, 2) },
      ],
      of(options),
      tolerance,
    );
  return [
    at("[5]", [5]),
    at("[6, 4]", [6, 4]),
    at("[6, 4], a loss for each row", [6, 4], { count: null }),
    at("[6, 4], smoothed", [6, 4], { smoothing: 0.1 }),
    at("[6, 4], smoothed, a loss for each row", [6, 4], { smoothing: 0.1, count: null }),
    at("[6, 4], ignoring", [6, 4], { ignoreIndex: 1 }),
    at("[6, 4], ignoring, smoothed", [6, 4], { ignoreIndex: 1, smoothing: 0.2 }),
    at("[2, 5, 3, 4]", [2, 5, 3, 4]),
    at("[2, 5, 3], a loss for each row", [2, 5, 3], { count: null, smoothing: 0.1 }),
    at("[64, 10]", [64, 10]),
    at("[3, 1000]", [3, 1000]),
    at("[5, 1]", [5, 1]),
    at("[0, 4]", [0, 4], { count: 1 }),
    ...layouts.map((layout) => at(`[5, 6] ${layout}`, [5, 6], {}, layout)),
    weighted("[6, 4]"),
    weighted("[6, 4], a loss for each row", { count: null }),
    weighted("[6, 4], ignoring, smoothed", { ignoreIndex: 1, smoothing: 0.3 }),
  ];
}

const classes = (...list: number[]): Operand => ({ shape: [list.length], dtype: "int32", values: listed(...list) });
const infinite = matrix([
  [-infinity, 0, -1],
  [0, -infinity, -infinity],
]);

export const crossEntropySamples = {
  crossEntropy: [
    ...rows(true, cancelling(8, 16, "logarithms of sums are taken from numbers of size 6")),
    ...rows(false, cancelling(4, 16, "a sum of numbers up to 4, divided by as many")),
    ...[true, false].map((logits) =>
      atKinks(
        `infinitely improbable classes, ${logits ? "logits" : "log-probabilities"}`,
        [infinite, classes(2, 0)],
        (x, target) => classLoss(x, target, null, { logits, ignoreIndex: -100, smoothing: 0, count: null }),
        cancelling(8, 4, "as the others"),
      ),
    ),
  ],
};
