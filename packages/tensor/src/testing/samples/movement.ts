// Samples of views and reshapes. A view alone computes nothing, so each is read through one kernel: what comes out must follow the strides.
import { transfer } from "../../ops/copy.ts";
import { applyOp } from "../../ops/dispatch.ts";
import * as ops from "../../ops/movement.ts";
import type { Tensor } from "../../tensor.ts";
import { reference } from "../reference.ts";
import { layoutNames } from "./layouts.ts";
import { type Sample, sample } from "./sample.ts";
import { exact } from "./tolerance.ts";
import { whole } from "./values.ts";

const viewed = (name: string, shape: readonly number[], view: (x: Tensor) => Tensor): Sample[] => [
  sample(name, [{ shape }], (x) => view(x).neg(), exact),
  sample(`${name}, of a permuted tensor`, [{ shape, layout: "permuted" }], (x) => view(x).neg(), exact),
  sample(`${name}, int32`, [{ shape, dtype: "int32", values: whole(-99, 99) }], (x) => view(x).neg(), exact),
];

export const movementSamples = {
  expand: [
    ...viewed("a row", [1, 5], (x) => ops.expand(x, 4, 5)),
    ...viewed("new dims", [3, 1], (x) => ops.expand(x, 2, 3, 4)),
    ...viewed("to nothing", [1, 3], (x) => ops.expand(x, 0, 3)),
  ],
  permute: [
    sample("a large transpose, copied", [{ shape: [70, 65] }], (x) => ops.transpose(x, 0, 1).clone(), exact),
    ...viewed("three dims", [3, 4, 5], (x) => ops.permute(x, 2, 0, 1)),
    ...viewed("a transpose", [33, 17], (x) => ops.transpose(x, 0, 1)),
  ],
  slice: [
    ...viewed("a step", [9, 4], (x) => ops.slice(x, 0, 1, -1, 3)),
    ...viewed("nothing", [4, 4], (x) => ops.slice(x, 1, 3, 1)),
    ...viewed("a select", [4, 5, 6], (x) => ops.select(x, 1, -2)),
  ],
  flip: [...viewed("one dim", [4, 5], (x) => ops.flip(x, 1)), ...viewed("all dims", [3, 4, 5], (x) => ops.flip(x, 0, 1, 2))],
  diagonal: [
    ...viewed("of a square", [4, 4], (x) => ops.diagonal(x)),
    ...viewed("above, of a batch", [2, 4, 6], (x) => ops.diagonal(x, { offset: 2, dim1: 1, dim2: 2 })),
    ...viewed("below", [5, 3], (x) => ops.diagonal(x, { offset: -1 })),
  ],
  unfold: [
    ...viewed("overlapping windows", [3, 10], (x) => ops.unfold(x, 1, 4, 2)),
    ...viewed("windows of rows", [7, 3], (x) => ops.unfold(x, 0, 3, 1)),
  ],
  reshape: layoutNames.flatMap((layout) => [
    sample(`[4, 6] to [3, 8], ${layout}`, [{ shape: [4, 6], layout }], (x) => ops.reshape(x, 3, 8), exact),
    sample(`[2, 3, 4] to [6, -1], ${layout}`, [{ shape: [2, 3, 4], layout }], (x) => ops.reshape(x, 6, -1), exact),
  ]),
  transfer: layoutNames.map((layout) =>
    sample(layout, [{ shape: [4, 5], layout }], (x) => applyOp(transfer, [x], { device: reference() })[0] as Tensor, exact),
  ),
};
