import { gzipSync } from "node:zlib";
import { FormatError } from "@gradkit/tensor";
import { describe, expect, it } from "vitest";
import { readIdx } from "./idx.ts";

/** An IDX file: 00 00 type rank, big-endian sizes, the body. */
function idx(type: number, shape: readonly number[], body: readonly number[]): Uint8Array {
  const sizes = shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, type, shape.length, ...sizes, ...body]);
}

describe("readIdx", () => {
  it.each([
    { type: 0x08, body: [0, 127, 128, 255], data: Uint8Array.of(0, 127, 128, 255) },
    { type: 0x09, body: [0, 127, 128, 255], data: Int8Array.of(0, 127, -128, -1) },
    { type: 0x0b, body: [0, 1, 1, 0, 127, 255, 255, 254], data: Int16Array.of(1, 256, 32767, -2) },
    { type: 0x0c, body: [0, 0, 1, 0, 255, 255, 255, 255, 127, 255, 255, 255, 0, 0, 0, 5], data: Int32Array.of(256, -1, 2147483647, 5) },
    { type: 0x0d, body: [0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0, 0, 0, 0, 0, 0x7f, 0x80, 0, 0], data: Float32Array.of(1, -2.5, 0, Infinity) },
    {
      type: 0x0e,
      body: [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 4, 0, 0, 0, 0, 0, 0, ...new Array(16).fill(0)],
      data: Float64Array.of(1, -2.5, 0, 0),
    },
  ])("reads big-endian elements of type $type", async ({ type, body, data }) => {
    const read = await readIdx(idx(type, [2, 2], body));
    expect(read.data).toEqual(data);
    expect(read.shape).toEqual([2, 2]);
  });

  it("unpacks gzip, whatever the name", async () => {
    const { data, shape } = await readIdx(gzipSync(idx(8, [3], [1, 2, 3])), "x");
    expect(data).toEqual(Uint8Array.of(1, 2, 3));
    expect(shape).toEqual([3]);
  });

  it("reads out of the middle of a larger buffer", async () => {
    const padded = Uint8Array.from([9, 9, 9, ...idx(0x0b, [1], [1, 2]), 9]);
    expect((await readIdx(padded.subarray(3, -1))).data).toEqual(Int16Array.of(258));
  });

  it("takes empty dims", async () => {
    expect((await readIdx(idx(8, [0, 28, 28], []))).shape).toEqual([0, 28, 28]);
  });

  const whole = idx(8, [2, 2], [1, 2, 3, 4]);
  it.each([
    {
      what: "nothing",
      bytes: new Uint8Array(),
      message: "readIdx: f is not an IDX file: it starts with nothing, expected 00 00, a type and the number of dims",
    },
    {
      what: "another format",
      bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47),
      message: "readIdx: f is not an IDX file: it starts with 89 50 4e 47, expected 00 00, a type and the number of dims",
    },
    {
      what: "an unknown type",
      bytes: idx(0x0a, [1], [1]),
      message: "readIdx: f is not an IDX file: it starts with 00 00 0a 01, expected 00 00, a type and the number of dims",
    },
    { what: "half a header", bytes: whole.subarray(0, 7), message: "readIdx: f is cut short: expected a header of 12 bytes, got 7" },
    { what: "half a body", bytes: whole.subarray(0, 14), message: "readIdx: f is cut short: expected 16 bytes for shape [2, 2], got 14" },
    {
      what: "more than a body",
      bytes: Uint8Array.from([...whole, 0]),
      message: "readIdx: f is longer than its header says: expected 16 bytes for shape [2, 2], got 17",
    },
    {
      what: "half an archive",
      bytes: gzipSync(whole).subarray(0, 20),
      message: "gunzip: f is cut short or corrupt: its 20 bytes do not unpack",
    },
  ])("refuses $what", async ({ bytes, message }) => {
    await expect(readIdx(bytes, "f")).rejects.toThrow(new FormatError(message.split(":")[0] as string, message.replace(/^\w+: /, "")));
  });

  it("refuses a damaged archive", async () => {
    const archive = gzipSync(
      idx(
        8,
        [64],
        Array.from({ length: 64 }, (_, i) => (i * 37) % 256),
      ),
    );
    archive[archive.length - 5]! ^= 1; // in the checksum
    await expect(readIdx(archive, "f")).rejects.toThrow(FormatError);
  });
});
