import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Backend,
  defaultDevice,
  FormatError,
  GradkitError,
  IndexError,
  setDefaultDevice,
  type Tensor,
  tensor,
  UnsupportedError,
} from "./index.ts";
import { deserialize, readMetadata, serialize } from "./safetensors.ts";
import { reference } from "./testing/index.ts";

beforeAll(() => setDefaultDevice(reference()));

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

/**
 * Written by the reference implementation (safetensors 0.8.0 for Python) from numpy arrays:
 * save({"fc.weight": arange(6, float32).reshape(2, 3) / 4, "fc.bias": array([0.1, -2], float64), "half": array([1.5, -65504, 6e-8], float16),
 * "count": array(7, int64), "mask": array([[True], [False]]), "bytes": array([0, 255], uint8), "ints": array([-1, 2**31 - 1], int32),
 * "none": zeros((0, 3), float32)}, {"epoch": "3"})
 */
const official = fromBase64(
  "AAIAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJlcG9jaCI6IjMifSwiY291bnQiOnsiZHR5cGUiOiJJNjQiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzAsOF19LCJmYy5iaWFzIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbOCwyNF19LCJmYy53ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsM10sImRhdGFfb2Zmc2V0cyI6WzI0LDQ4XX0sIm5vbmUiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzAsM10sImRhdGFfb2Zmc2V0cyI6WzQ4LDQ4XX0sImludHMiOnsiZHR5cGUiOiJJMzIiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls0OCw1Nl19LCJoYWxmIjp7ImR0eXBlIjoiRjE2Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbNTYsNjJdfSwiYnl0ZXMiOnsiZHR5cGUiOiJVOCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzYyLDY0XX0sIm1hc2siOnsiZHR5cGUiOiJCT09MIiwic2hhcGUiOlsyLDFdLCJkYXRhX29mZnNldHMiOls2NCw2Nl19fSAgICAgIAcAAAAAAAAAmpmZmZmZuT8AAAAAAAAAwAAAAAAAAIA+AAAAPwAAQD8AAIA/AACgP/////////9/AD7/+wEAAP8BAA==",
);

async function told(tensors: Record<string, Tensor>): Promise<Record<string, unknown>> {
  const entries = Object.entries(tensors).map(
    async ([name, t]) => [name, { dtype: t.dtype, shape: t.shape, data: [...(await t.data())] }] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** A file with this header and these bytes. */
function file(header: unknown, data: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

describe("deserialize", () => {
  it("reads what the reference implementation wrote", async () => {
    expect(await told(deserialize(official))).toEqual({
      "fc.weight": { dtype: "float32", shape: [2, 3], data: [0, 0.25, 0.5, 0.75, 1, 1.25] },
      "fc.bias": { dtype: "float64", shape: [2], data: [0.1, -2] },
      half: { dtype: "float16", shape: [3], data: [1.5, -65504, 2 ** -24] },
      count: { dtype: "int32", shape: [], data: [7] },
      mask: { dtype: "bool", shape: [2, 1], data: [1, 0] },
      bytes: { dtype: "uint8", shape: [2], data: [0, 255] },
      ints: { dtype: "int32", shape: [2], data: [-1, 2 ** 31 - 1] },
      none: { dtype: "float32", shape: [0, 3], data: [] },
    });
    expect(readMetadata(official)).toEqual({ epoch: "3" });
  });

  it("takes any window of a larger buffer", async () => {
    const padded = new Uint8Array(official.length + 8);
    padded.set(official, 3);
    expect(await told(deserialize(padded.subarray(3, 3 + official.length)))).toEqual(await told(deserialize(official)));
  });

  it("widens bfloat16 exactly, and float16 where the device has none", async () => {
    const device: Backend = { ...defaultDevice(), capabilities: { dtypes: new Set(["float32"]), syncRead: true } };
    // 1, −2.5, the largest, the smallest subnormal, ∞, NaN
    const bf16 = [0x80, 0x3f, 0x20, 0xc0, 0x7f, 0x7f, 0x01, 0x00, 0x80, 0x7f, 0xc0, 0x7f];
    const f16 = [0x00, 0x3c, 0x00, 0xc1, 0xff, 0x7b, 0x01, 0x00, 0x00, 0x7c, 0x00, 0x7e];
    const { b, h } = deserialize(
      file({ b: { dtype: "BF16", shape: [6], data_offsets: [0, 12] }, h: { dtype: "F16", shape: [6], data_offsets: [12, 24] } }, [
        ...bf16,
        ...f16,
      ]),
      { device },
    ) as { b: Tensor; h: Tensor };
    expect([...(await b.data())]).toEqual([1, -2.5, 2 ** 127 * (2 - 2 ** -7), 2 ** -133, Infinity, NaN]);
    expect([...(await h.data())]).toEqual([1, -2.5, 65504, 2 ** -24, Infinity, NaN]);
  });

  it.each([
    { what: "nothing", bytes: new Uint8Array(), message: "safetensors: f is cut short: expected at least 8 bytes, got 0" },
    {
      what: "another format",
      bytes: new TextEncoder().encode("PK\x03\x04 an archive"),
      message: /^safetensors: f is not a safetensors file: it announces a header of \d+ bytes$/,
    },
    {
      what: "half a header",
      bytes: official.subarray(0, 100),
      message: "safetensors: f is cut short: expected a header of 520 bytes, got 100",
    },
    { what: "half the data", bytes: official.subarray(0, -1), message: "safetensors: f is cut short: expected 586 bytes, got 585" },
    {
      what: "trailing bytes",
      bytes: Uint8Array.from([...official, 0]),
      message: "safetensors: f is longer than its header says: expected 586 bytes, got 587",
    },
    { what: "a header that is no JSON", bytes: file("{'a'}"), message: "safetensors: f is not a safetensors file: its header is no JSON" },
    {
      what: "a header that is no object",
      bytes: file("[]"),
      message: "safetensors: f is not a safetensors file: its header is no JSON object",
    },
    {
      what: "metadata that is no text",
      bytes: file({ __metadata__: { epoch: 3 } }),
      message: "safetensors: f has metadata other than strings",
    },
    {
      what: "an entry without shape",
      bytes: file({ a: { dtype: "F32", data_offsets: [0, 4] } }, [0, 0, 0, 0]),
      message: 'safetensors: f has a malformed entry for "a"',
    },
    {
      what: "a negative size",
      bytes: file({ a: { dtype: "F32", shape: [-1, -1], data_offsets: [0, 4] } }, [0, 0, 0, 0]),
      message: 'safetensors: f has a malformed entry for "a"',
    },
    {
      what: "bytes that do not fit the shape",
      bytes: file({ a: { dtype: "F32", shape: [2], data_offsets: [0, 4] } }, [0, 0, 0, 0]),
      message: 'safetensors: f gives "a" 4 bytes, but F32 [2] takes 8',
    },
    {
      what: "sizes that overflow",
      bytes: file({ a: { dtype: "U8", shape: [2 ** 53 - 1, 2 ** 53 - 1], data_offsets: [0, 4] } }, [0, 0, 0, 0]),
      message: /gives "a" 4 bytes, but U8/,
    },
    {
      what: "an overlap",
      bytes: file(
        { a: { dtype: "U8", shape: [2], data_offsets: [0, 2] }, b: { dtype: "U8", shape: [2], data_offsets: [1, 3] } },
        [0, 0, 0],
      ),
      message: /f has a gap or an overlap before "b": its bytes begin at \d+, expected \d+$/,
    },
    {
      what: "a gap",
      bytes: file({ a: { dtype: "U8", shape: [1], data_offsets: [1, 2] } }, [0, 0]),
      message: /f has a gap or an overlap before "a"/,
    },
  ])("refuses $what", ({ bytes, message }) => {
    expect(() => deserialize(bytes, { name: "f" })).toThrow(message);
    expect(() => deserialize(bytes, { name: "f" })).toThrow(FormatError);
  });

  it("names a dtype that it does not read", () => {
    const bytes = file({ a: { dtype: "F8_E5M2", shape: [1], data_offsets: [0, 1] } }, [0]);
    expect(() => deserialize(bytes)).toThrow('safetensors: "a" has dtype F8_E5M2. Supported are F64, F32, F16, BF16, I64, I32, U8, BOOL');
    expect(() => deserialize(bytes)).toThrow(UnsupportedError);
  });

  it("refuses integers that int32 cannot hold", () => {
    const bytes = file({ a: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, [0, 0, 0, 0x80, 0, 0, 0, 0]);
    expect(() => deserialize(bytes)).toThrow('safetensors: "a" holds 2147483648, which int32 cannot');
    expect(() => deserialize(bytes)).toThrow(IndexError);
  });

  it("never reads garbage: every damaged byte of the header is found or changes a name only", () => {
    const headerBytes = 520;
    fc.assert(
      fc.property(fc.nat(headerBytes - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = official.slice();
        damaged[at]! ^= change;
        try {
          const sizes = Object.values(deserialize(damaged)).map((t) => t.numel);
          expect(sizes.every((size) => size <= official.length)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(GradkitError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("serialize", () => {
  it("writes what the reference implementation writes", async () => {
    const bytes = await serialize(
      {
        "fc.bias": tensor([0.1, -2], { dtype: "float64" }),
        "fc.weight": tensor([
          [0, 0.25, 0.5],
          [0.75, 1, 1.25],
        ]),
        none: tensor(new Float32Array(), { shape: [0, 3] }),
        ints: tensor([-1, 2 ** 31 - 1], { dtype: "int32" }),
        bytes: tensor([0, 255], { dtype: "uint8" }),
        mask: tensor(Uint8Array.of(1, 0), { dtype: "bool", shape: [2, 1] }),
      },
      { metadata: { epoch: "3" } },
    );
    expect(btoa(String.fromCharCode(...bytes))).toBe(
      "iAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJlcG9jaCI6IjMifSwiZmMuYmlhcyI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzAsMTZdfSwiZmMud2VpZ2h0Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOlsxNiw0MF19LCJub25lIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlswLDNdLCJkYXRhX29mZnNldHMiOls0MCw0MF19LCJpbnRzIjp7ImR0eXBlIjoiSTMyIiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbNDAsNDhdfSwiYnl0ZXMiOnsiZHR5cGUiOiJVOCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzQ4LDUwXX0sIm1hc2siOnsiZHR5cGUiOiJCT09MIiwic2hhcGUiOlsyLDFdLCJkYXRhX29mZnNldHMiOls1MCw1Ml19fZqZmZmZmbk/AAAAAAAAAMAAAAAAAACAPgAAAD8AAEA/AACAPwAAoD//////////fwD/AQA=",
    );
  });

  it("round-trips any tensors, names and metadata", async () => {
    const float = fc.float().map(Math.fround);
    const shape = fc.array(fc.nat(4), { maxLength: 3 });
    const sized = <T>(element: fc.Arbitrary<T>) =>
      shape.chain((dims) => {
        const size = dims.reduce((a, b) => a * b, 1);
        return fc.record({ shape: fc.constant(dims), data: fc.array(element, { minLength: size, maxLength: size }) });
      });
    const any = fc.oneof(
      sized(float).map((value) => ({ ...value, dtype: "float32" as const, data: Float32Array.from(value.data) })),
      sized(fc.double()).map((value) => ({ ...value, dtype: "float64" as const, data: Float64Array.from(value.data) })),
      sized(fc.integer()).map((value) => ({ ...value, dtype: "int32" as const, data: Int32Array.from(value.data) })),
      sized(fc.nat(255)).map((value) => ({ ...value, dtype: "uint8" as const, data: Uint8Array.from(value.data) })),
      sized(fc.nat(1)).map((value) => ({ ...value, dtype: "bool" as const, data: Uint8Array.from(value.data) })),
    );
    const name = fc
      .oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "0", "constructor"))
      .filter((text) => text !== "__metadata__" && text.isWellFormed());
    const named = fc.uniqueArray(fc.tuple(name, any), { selector: ([key]) => key, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(named, fc.dictionary(name, fc.string()), async (entries, metadata) => {
        const tensors = Object.fromEntries(
          entries.map(([key, { data, dtype, shape: dims }]) => [key, tensor(data, { dtype, shape: dims })]),
        );
        const bytes = await serialize(tensors, { metadata });
        const back = deserialize(bytes);
        expect(Object.keys(back)).toEqual(Object.keys(tensors));
        for (const [key, { data, dtype, shape: dims }] of entries) {
          const t = Object.getOwnPropertyDescriptor(back, key)?.value as Tensor;
          expect([t.dtype, t.shape]).toEqual([dtype, dims]);
          expect(new Uint8Array((await t.data()).buffer)).toEqual(new Uint8Array(data.buffer)); // −0 and NaN too
        }
        expect(Object.entries(readMetadata(bytes))).toEqual(Object.entries(metadata));
      }),
    );
  });

  it("writes views as they look", async () => {
    const transposed = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]).t();
    const { t } = deserialize(await serialize({ t: transposed })) as { t: Tensor };
    expect([t.shape, [...(await t.data())]]).toEqual([
      [3, 2],
      [1, 4, 2, 5, 3, 6],
    ]);
  });

  it("aligns every tensor to its element", async () => {
    const bytes = await serialize({ a: tensor(Uint8Array.of(1)), b: tensor([1], { dtype: "float64" }), c: tensor([1]) });
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, bytes.length - 13))) as Record<string, { data_offsets: number[] }>;
    expect(Object.entries(header).map(([name, entry]) => [name, entry.data_offsets[0]])).toEqual([
      ["a", 12],
      ["b", 0],
      ["c", 8],
    ]);
    expect((bytes.length - 13) % 8).toBe(0);
  });

  it("refuses the one reserved name", async () => {
    await expect(serialize({ __metadata__: tensor([1]) })).rejects.toThrow('serialize: a tensor cannot be called "__metadata__"');
  });
});
