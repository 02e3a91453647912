import { DTypeError, ShapeError, type Tensor, tensor } from "@gradkit/tensor";
import { beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { useReferenceDevice } from "../test/reference-device.ts";
import { type Collated, defaultCollate } from "./collate.ts";
import { HostTensor } from "./host-tensor.ts";

beforeAll(useReferenceDevice);

const told = async (t: Tensor): Promise<unknown> => ({ dtype: t.dtype, shape: t.shape, data: [...(await t.data())] });

describe("defaultCollate", () => {
  it.each([
    { what: "whole numbers", items: [3, 0, -1], dtype: "int32", shape: [3], data: [3, 0, -1] },
    { what: "real numbers", items: [3, 0.5], dtype: "float32", shape: [2], data: [3, 0.5] },
    { what: "numbers beyond int32", items: [2 ** 31, 1], dtype: "float32", shape: [2], data: [2 ** 31, 1] },
    { what: "NaN", items: [NaN, 1], dtype: "float32", shape: [2], data: [NaN, 1] },
    { what: "booleans", items: [true, false], dtype: "bool", shape: [2], data: [1, 0] },
    { what: "Float32Array", items: [Float32Array.of(1, 2), Float32Array.of(3, 4)], dtype: "float32", shape: [2, 2], data: [1, 2, 3, 4] },
    { what: "Float64Array", items: [Float64Array.of(1, 2)], dtype: "float32", shape: [1, 2], data: [1, 2] },
    { what: "Int32Array", items: [Int32Array.of(1), Int32Array.of(-2)], dtype: "int32", shape: [2, 1], data: [1, -2] },
    { what: "Int16Array", items: [Int16Array.of(1, -2)], dtype: "int32", shape: [1, 2], data: [1, -2] },
    { what: "Uint8Array", items: [Uint8Array.of(255)], dtype: "uint8", shape: [1, 1], data: [255] },
    { what: "Buffers", items: [Buffer.of(1), Buffer.of(2)], dtype: "uint8", shape: [2, 1], data: [1, 2] },
    {
      what: "HostTensors",
      items: [new HostTensor(Uint8Array.of(1, 2, 3, 4), [1, 2, 2])],
      dtype: "uint8",
      shape: [1, 1, 2, 2],
      data: [1, 2, 3, 4],
    },
    {
      what: "HostTensors of rank 0",
      items: [1, 2].map((x) => new HostTensor(Float32Array.of(x), [])),
      dtype: "float32",
      shape: [2],
      data: [1, 2],
    },
  ])("makes one tensor of $what", async ({ items, dtype, shape, data }) => {
    expect(await told(defaultCollate<unknown>(items) as Tensor)).toEqual({ dtype, shape, data });
  });

  it("stacks tensors", async () => {
    const batch = defaultCollate([tensor([1, 2]), tensor([3, 4])]);
    expect(await told(batch)).toEqual({ dtype: "float32", shape: [2, 2], data: [1, 2, 3, 4] });
  });

  it("makes a tuple of tuples", async () => {
    const items: [number[][], number][] = [
      [[[1, 2]], 7],
      [[[3, 4]], 9],
    ];
    const batch = defaultCollate(items);
    expectTypeOf(batch).toEqualTypeOf<[Tensor, Tensor]>();
    expect(await told(batch[0])).toEqual({ dtype: "float32", shape: [2, 1, 2], data: [1, 2, 3, 4] });
    expect(await told(batch[1])).toEqual({ dtype: "int32", shape: [2], data: [7, 9] });
  });

  it("makes a record of records", async () => {
    const items = [
      { image: Uint8Array.of(1), box: { at: [0.5, 1], name: "cat" } },
      { image: Uint8Array.of(2), box: { at: [2, 3], name: "dog" } },
    ];
    const batch = defaultCollate(items);
    expectTypeOf(batch).toEqualTypeOf<{ image: Tensor; box: { at: Tensor; name: string[] } }>();
    expect(await told(batch.image)).toEqual({ dtype: "uint8", shape: [2, 1], data: [1, 2] });
    expect(await told(batch.box.at)).toEqual({ dtype: "float32", shape: [2, 2], data: [0.5, 1, 2, 3] });
    expect(batch.box.name).toEqual(["cat", "dog"]);
  });

  it("uploads each field once", () => {
    const rows = Array.from({ length: 10 }, (_, i): [Float32Array, number] => [Float32Array.of(i, i), i]);
    const { device } = tensor([0]);
    const write = device.write;
    let uploads = 0;
    device.write = (...args) => {
      uploads += 1;
      write.apply(device, args);
    };
    defaultCollate(rows);
    device.write = write;
    expect(uploads).toBe(2);
  });

  it("is typed by its samples", () => {
    expectTypeOf<Collated<number>>().toEqualTypeOf<Tensor>();
    expectTypeOf<Collated<boolean>>().toEqualTypeOf<Tensor>();
    expectTypeOf<Collated<string>>().toEqualTypeOf<string[]>();
    expectTypeOf<Collated<readonly [HostTensor, string]>>().toEqualTypeOf<[Tensor, string[]]>();
    expectTypeOf<Collated<[[Tensor, Float32Array], number]>>().toEqualTypeOf<[[Tensor, Tensor], Tensor]>();
    expectTypeOf<Collated<number[]>>().toEqualTypeOf<Tensor[]>();
  });

  it.each([
    {
      what: "lengths",
      items: [Float32Array.of(1), Float32Array.of(1, 2)],
      error: ShapeError,
      message: "collate: item differs in shape between samples (got [1] and [2]). Pad or crop them, or give a collateFn",
    },
    { what: "rows", items: [[[[1, 2], [3]]]], error: ShapeError, message: "collate: item.0 has rows of different lengths" },
    { what: "depths", items: [[[1, [2]]]], error: ShapeError, message: "collate: item.0 has rows of different lengths" },
    { what: "fields", items: [[1, 2], [1]], error: ShapeError, message: "collate: item has 2 fields in one sample and 1 in another" },
    {
      what: "names",
      items: [{ a: 1 }, { b: 1 }],
      error: DTypeError,
      message: "collate: item.a is a number in one sample and undefined in another",
    },
    {
      what: "kinds",
      items: [
        [1, "a"],
        [1, 2],
      ],
      error: DTypeError,
      message: "collate: item.1 is a string in one sample and a number in another",
    },
    {
      what: "kinds of array",
      items: [Float32Array.of(1), Int32Array.of(1)],
      error: DTypeError,
      message: "collate: item is a Float32Array in one sample and an Int32Array in another",
    },
  ])("refuses different $what", ({ items, error, message }) => {
    expect(() => defaultCollate<unknown>(items)).toThrow(error);
    expect(() => defaultCollate<unknown>(items)).toThrow(message);
  });

  it.each([
    { value: null, name: "null" },
    { value: undefined, name: "undefined" },
    { value: new Date(0), name: "a Date" },
    { value: 1n, name: "a bigint" },
    { value: BigInt64Array.of(1n), name: "a BigInt64Array" },
  ])("refuses $name", ({ value, name }) => {
    expect(() => defaultCollate<unknown>([{ x: value }])).toThrow(`collate: item.x is ${name}. A sample holds numbers`);
  });
});
