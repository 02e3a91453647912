// Samples of writing over a tensor: what is returned is the base, so that a write beyond the view shows.
import type { Tensor } from "../../methods.ts";
import { type Sample, sample } from "./sample.ts";
import { exact } from "./tolerance.ts";
import { whole } from "./values.ts";

const matrix = { shape: [5, 6] };
const row = { shape: [6] };

/** Changes a view of x, and gives x. */
const through =
  (view: (x: Tensor) => Tensor, change: (target: Tensor, y: Tensor) => unknown): Sample["call"] =>
  (x, y) => {
    change(view(x), y);
    return x;
  };

const itself = (x: Tensor): Tensor => x;

export const inPlaceSamples = {
  inPlace: [
    sample(
      "add_ of a row",
      [matrix, row],
      through(itself, (x, y) => x.add_(y)),
      exact,
    ),
    sample(
      "mul_ by itself",
      [matrix],
      through(itself, (x) => x.mul_(x)),
      exact,
    ),
    sample(
      "sub_ on a transpose",
      [matrix, { shape: [6, 5] }],
      through(
        (x) => x.t(),
        (x, y) => x.sub_(y),
      ),
      exact,
    ),
    sample(
      "relu_ on every second column",
      [matrix],
      through(
        (x) => x.slice(1, 1, null, 2),
        (x) => x.relu_(),
      ),
      exact,
    ),
    sample(
      "add_ of a number on a flipped row",
      [matrix],
      through(
        (x) => x.select(0, 2).flip(0),
        (x) => x.add_(3),
      ),
      exact,
    ),
    sample(
      "copy_ with a cast",
      [{ shape: [4, 3], dtype: "int32", values: whole(-9, 9) }, { shape: [3] }],
      through(itself, (x, y) => x.copy_(y)),
      exact,
    ),
    sample(
      "add_ of one half of memory to the other",
      [{ shape: [8] }],
      through(itself, (x) => x.narrow(0, 0, 4).add_(x.narrow(0, 4, 4))),
      exact,
    ),
    sample(
      "neg_ of nothing",
      [{ shape: [0, 3] }],
      through(itself, (x) => x.neg_()),
      exact,
    ),
  ],
};
