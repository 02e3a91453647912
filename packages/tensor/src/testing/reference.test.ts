// The oracle itself is checked by numbers worked out by hand: a small case or two a kernel.
import { describe, expect, it } from "vitest";
import type { View } from "../backend.ts";
import { type DType, dtypes } from "../dtype.ts";
import { add, cast, div, mul, ne } from "../formula/build.ts";
import { formula, index, input, scalar } from "../formula/nodes.ts";
import { contiguousStrides, numel } from "../view.ts";
import { reference } from "./reference.ts";

const device = reference();
const [x, y] = [input(0, "float"), input(1, "float")];
const identity = formula(["float"], [], [x]);
const nan = Number.NaN;

function upload(shape: readonly number[], numbers: readonly number[], dtype: DType = "float32"): View {
  const buffer = device.allocate(numel(shape) * dtypes[dtype].bytes);
  const data = new dtypes[dtype].array(numbers.length);
  data.set(numbers);
  device.write(buffer, 0, data);
  return { buffer, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
}

const empty = (shape: readonly number[], dtype: DType = "float32"): View => upload(shape, new Array<number>(numel(shape)).fill(99), dtype);

function read({ buffer, dtype }: View): number[] {
  return Array.from(new dtypes[dtype].array(device.readSync?.(buffer, 0, buffer.byteLength) as ArrayBuffer));
}

describe("kernels, by hand", () => {
  it("map: a formula of elements, scalars and positions, into a transposed view", () => {
    const [a, out] = [upload([2, 3], [1, 2, 3, 4, 5, 6]), empty([3, 2])];
    const f = formula(["float"], ["float"], [add(mul(x, scalar(0, "float")), cast(index, "float"))]);
    device.map(f, [a], [10], [{ ...out, shape: [2, 3], strides: [1, 2] }]);
    expect(read(out)).toEqual([10, 43, 21, 54, 32, 65]);
  });

  it("map computes in float64 and rounds once", () => {
    const [a, out] = [upload([1], [2 ** 24]), empty([1])];
    device.map(formula(["float"], [], [add(add(x, 1), 1)]), [a], [], [out]);
    expect(read(out)).toEqual([2 ** 24 + 2]); // in float32, 2²⁴ + 1 is 2²⁴
  });

  it("map stores whole numbers modulo their width, and bools as 0 and 1", () => {
    const [a, byte, truth] = [upload([3], [300, -1, 0], "int32"), empty([3], "uint8"), empty([3], "bool")];
    const i = input(0, "int");
    device.map(formula(["int"], [], [i, cast(i, "bool")]), [a], [], [byte, truth]);
    expect(read(byte)).toEqual([44, 255, 0]);
    expect(read(truth)).toEqual([1, 1, 0]);
  });

  it("map keeps float64", () => {
    const [a, out] = [upload([1], [0.1], "float64"), empty([1], "float64")];
    device.map(formula(["float"], [], [mul(x, 3)]), [a], [], [out]);
    expect(read(out)).toEqual([0.1 * 3]);
  });

  const table = upload([2, 3], [1, 5, 3, 4, 2, 5]);

  it.each([
    ["sum", [1], [2, 1], [9, 11]],
    ["sum", [0], [1, 3], [5, 7, 8]],
    ["sum", [0, 1], [1, 1], [20]],
    ["prod", [1], [2, 1], [15, 40]],
    ["max", [0], [1, 3], [4, 5, 5]],
    ["min", [1], [2, 1], [1, 2]],
    ["argmax", [0, 1], [1, 1], [1]],
    ["argmin", [1], [2, 1], [0, 1]],
  ] as const)("reduce: %s over %j", (reducer, dims, shape, expected) => {
    const out = empty(shape, reducer.startsWith("arg") ? "int32" : "float32");
    device.reduce(reducer, identity, [table], [], [out], dims);
    expect(read(out)).toEqual(expected);
  });

  it("reduce: formula on the way in, finish on the way out", () => {
    const out = empty([1, 3]);
    const finish = { formula: formula(["float"], ["float"], [div(x, scalar(0, "float"))]), scalars: [2] };
    device.reduce("sum", formula(["float", "float"], [], [mul(x, y)]), [table, table], [], [out], [0], finish);
    expect(read(out)).toEqual([17 / 2, 29 / 2, 34 / 2]);
  });

  it("reduce: NaN is the extreme, and its first position counts", () => {
    const hard = upload([3, 3], [1, nan, nan, 2, 2, 1, 0, 1, 0]);
    const [values, indices] = [empty([3, 1]), empty([3, 1], "int32")];
    device.reduce("argmax", identity, [hard], [], [indices, values], [1]);
    expect([read(indices), read(values)]).toEqual([
      [1, 0, 1],
      [nan, 2, 1],
    ]);
    device.reduce("argmin", identity, [hard], [], [indices, values], [1]);
    expect([read(indices), read(values)]).toEqual([
      [1, 2, 0],
      [nan, 1, 0],
    ]);
    device.reduce("max", identity, [hard], [], [values], [1]);
    expect(read(values)).toEqual([nan, 2, 1]);
  });

  it("reduce: nothing adds up to 0 and multiplies to 1", () => {
    const [nothing, out] = [empty([2, 0]), empty([2, 1])];
    device.reduce("sum", identity, [nothing], [], [out], [1]);
    expect(read(out)).toEqual([0, 0]);
    device.reduce("prod", identity, [nothing], [], [out], [1]);
    expect(read(out)).toEqual([1, 1]);
  });

  it("reduce: whole numbers wrap", () => {
    const [a, out] = [upload([3], [2 ** 30, 2 ** 30, 3], "int32"), empty([1], "int32")];
    const whole = formula(["int"], [], [input(0, "int")]);
    device.reduce("sum", whole, [a], [], [out], [0]);
    expect(read(out)).toEqual([-(2 ** 31) + 3]);
    device.reduce("prod", whole, [a], [], [out], [0]);
    expect(read(out)).toEqual([0]);
    device.reduce("sum", formula(["int"], [], [cast(ne(input(0, "int"), 3), "int")]), [a], [], [out], [0]);
    expect(read(out)).toEqual([2]);
  });

  it("matmul: [2, 3] · [3, 2], the second transposed in memory, and an epilogue", () => {
    const [a, b, bias, out] = [
      upload([2, 3], [1, 2, 3, 4, 5, 6]),
      upload([2, 3], [1, 0, 2, 3, 1, 0]),
      upload([2], [100, 200]),
      empty([2, 2]),
    ];
    const right: View = { ...b, shape: [3, 2], strides: [1, 3] }; // [[1, 3], [0, 1], [2, 0]]
    device.matmul(a, right, out);
    expect(read(out)).toEqual([7, 5, 16, 17]);
    const epilogue = {
      formula: formula(["float", "float"], [], [add(x, y)]),
      inputs: [{ ...bias, shape: [2, 2], strides: [0, 1] }],
      scalars: [],
    };
    device.matmul(a, right, out, epilogue);
    expect(read(out)).toEqual([107, 205, 116, 217]);
  });

  it("matmul: K = 0 gives zeros", () => {
    const out = empty([1, 2]);
    device.matmul(empty([1, 0]), empty([0, 2]), out);
    expect(read(out)).toEqual([0, 0]);
  });

  it("gather along each dim", () => {
    const at = upload([2, 2], [1, 0, 0, 1], "int32");
    const source = upload([2, 2], [10, 20, 30, 40]);
    const out = empty([2, 2]);
    device.gather(source, 0, at, out);
    expect(read(out)).toEqual([30, 20, 10, 40]);
    device.gather(source, 1, at, out);
    expect(read(out)).toEqual([20, 10, 30, 40]);
  });

  it.each([
    ["set", [1, 7, 6]],
    ["add", [1, 14, 9]],
    ["mul", [1, 70, 18]],
    ["max", [1, 7, 6]],
    ["min", [1, 2, 3]],
  ] as const)("scatter: %s, two at one place", (mode, expected) => {
    const out = upload([3], [1, 2, 3]);
    device.scatter(mode, out, 0, upload([3], [1, 2, 1], "int32"), upload([3], [5, 6, 7]));
    expect(read(out)).toEqual(expected);
  });

  const line = upload([5], [3, 1, nan, 3, 2]);
  const ties = upload([4], [2, 1, 2, 3]);

  it("scan: sums, products, and extremes with the latest of equals", () => {
    const [values, indices] = [empty([4]), empty([4], "int32")];
    device.scan("sum", ties, 0, [values]);
    expect(read(values)).toEqual([2, 3, 5, 8]);
    device.scan("prod", ties, 0, [values]);
    expect(read(values)).toEqual([2, 2, 4, 12]);
    device.scan("max", ties, 0, [values, indices]);
    expect([read(values), read(indices)]).toEqual([
      [2, 2, 2, 3],
      [0, 0, 2, 3],
    ]);
    device.scan("min", ties, 0, [values, indices]);
    expect([read(values), read(indices)]).toEqual([
      [2, 1, 1, 1],
      [0, 1, 1, 1],
    ]);
  });

  it("scan: from a NaN on, everything is NaN", () => {
    const [values, indices] = [empty([5]), empty([5], "int32")];
    device.scan("max", line, 0, [values, indices]);
    expect([read(values), read(indices)]).toEqual([
      [3, 3, nan, nan, nan],
      [0, 0, 2, 2, 2],
    ]);
  });

  it("sort: stable, NaN the largest", () => {
    const [values, indices] = [empty([5]), empty([5], "int32")];
    device.sort(line, 0, false, values, indices);
    expect([read(values), read(indices)]).toEqual([
      [1, 2, 3, 3, nan],
      [1, 4, 0, 3, 2],
    ]);
    device.sort(line, 0, true, values, indices);
    expect([read(values), read(indices)]).toEqual([
      [nan, 3, 3, 2, 1],
      [2, 0, 3, 4, 1],
    ]);
  });
});

describe("memory", () => {
  it("is poisoned when it is made, and dead once it is released", () => {
    const own = reference();
    const buffer = own.allocate(12);
    expect(new Float32Array(own.readSync?.(buffer, 0, 12) as ArrayBuffer)).toEqual(Float32Array.of(nan, nan, nan));
    expect(own.memory().liveBytes).toBe(12);
    own.release(buffer);
    expect(own.memory().liveBytes).toBe(0);
    expect(() => own.write(buffer, 0, new Uint8Array(1))).toThrow("used after it was released");
    expect(() => own.release(buffer)).toThrow("released twice");
  });
});
