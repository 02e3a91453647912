import {
  add,
  cast,
  contiguousStrides,
  type Formula,
  formula,
  index,
  input,
  lower,
  mul,
  scalar,
  sub,
  type View,
} from "@gradkit/tensor/backend";
import { describe, expect, it } from "vitest";
import { naiveMap, randomView, readView } from "../../test/strided-views.ts";
import { oneThread } from "../lanes.ts";
import { Memory } from "../memory.ts";
import { detectFeatures } from "../wasm/features.ts";
import { MapKernels } from "./map.ts";
import { createMapAll } from "./map-all.ts";

const [w, b, g, lr] = [input(0, "float"), input(1, "float"), input(2, "float"), scalar(0, "float")];
const moved = add(b, g);
const momentum = formula(["float", "float", "float"], ["float"], [sub(w, mul(lr, moved)), moved]);

/** Everything about a device that counts its kernel calls, with as many lanes as asked for. */
function setUp(lanes: number) {
  const memory = new Memory(detectFeatures(), { poison: true });
  const counted = { launches: 0 };
  memory.lanes = {
    ...oneThread,
    count: (_nanoseconds, most) => Math.min(lanes, most),
    kernel: (direct) =>
      ((...args: number[]) => {
        counted.launches++;
        return direct(...args);
      }) as never,
  };
  const kernels = new MapKernels(memory, lower);
  const mapAll = createMapAll(memory, lower, (...call) => kernels.map(...call));
  return { memory, counted, mapAll };
}

/** Changes each group of w, b and g in place, by kernels and by evaluation, and compares. */
function check(
  { memory, mapAll }: ReturnType<typeof setUp>,
  rule: Formula,
  shapes: readonly (readonly number[])[],
  strides = contiguousStrides,
): void {
  const make = () =>
    shapes.map((shape, i) => [0, 1, 2].map((k) => randomView(memory, [...shape], strides([...shape]), 3 * i + k)) as [View, View, View]);
  const [got, expected] = [make(), make()];
  const call = ([w, b, g]: [View, View, View], i: number) => ({ inputs: [w, b, g], scalars: [(i + 1) / 4], outputs: [w, b] });
  mapAll(rule, got.map(call));
  for (const [i, views] of expected.entries()) {
    const { inputs, scalars, outputs } = call(views, i);
    naiveMap(memory)(rule, inputs, scalars, outputs);
    for (const k of [0, 1, 2]) expect(readView(memory, (got[i] as View[])[k] as View)).toEqual(readView(memory, views[k] as View));
  }
}

describe("mapAll", () => {
  const small = [[5, 7], [1], [], [64], [3, 0], [2, 3, 4], [10]];

  it("is one launch for tensors of any shape", () => {
    const device = setUp(1);
    check(device, momentum, small);
    expect(device.counted.launches).toBe(1);
  });

  it("is one launch a lane, and cuts large tensors", () => {
    for (const lanes of [2, 3, 8]) {
      const device = setUp(lanes);
      check(device, momentum, [[6], [20_011], [4], [9, 1000]]);
      expect(device.counted.launches).toBe(Math.min(lanes, 7)); // pieces: 1 + 3 + 1 + 2
    }
  });

  it("goes on in a second launch when the block is full", () => {
    const device = setUp(1);
    check(
      device,
      momentum,
      Array.from({ length: 1200 }, (_, i) => [(i % 9) + 1]),
    );
    expect(device.counted.launches).toBe(2);
  });

  it("leaves to map what is not contiguous, and what counts positions", () => {
    const device = setUp(1);
    check(
      device,
      momentum,
      [
        [3, 4],
        [2, 5],
      ],
      ([, columns]) => [2 * (columns as number), 2],
    );
    const counting = formula(["float", "float", "float"], ["float"], [add(w, mul(lr, cast(index, "float"))), b]);
    check(device, counting, small);
    expect(device.counted.launches).toBe(2 + small.length - 1); // nothing to do for the empty one
  });
});
