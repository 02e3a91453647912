// IDX, the format of MNIST: big-endian numbers of one type behind a header that says which type and shape (http://yann.lecun.com/exdb/mnist/).
import { FormatError } from "@gradkit/tensor";
import { type HostArray, HostTensor } from "../host-tensor.ts";
import { gunzip } from "./gzip.ts";

interface ElementType {
  readonly bytes: number;
  readonly array: new (length: number) => HostArray;
  readonly read: (view: DataView, offset: number) => number;
}

/** The third byte of the file. */
const elementTypes: Readonly<Record<number, ElementType>> = {
  8: { bytes: 1, array: Uint8Array, read: (view, offset) => view.getUint8(offset) },
  9: { bytes: 1, array: Int8Array, read: (view, offset) => view.getInt8(offset) },
  11: { bytes: 2, array: Int16Array, read: (view, offset) => view.getInt16(offset) },
  12: { bytes: 4, array: Int32Array, read: (view, offset) => view.getInt32(offset) },
  13: { bytes: 4, array: Float32Array, read: (view, offset) => view.getFloat32(offset) },
  14: { bytes: 8, array: Float64Array, read: (view, offset) => view.getFloat64(offset) },
};

/**
 * Reads an IDX file, packed with gzip or not. `name` stands in error messages. Throws a FormatError when the bytes are no IDX file, end too
 * early or go on too long.
 *
 * @example
 * const { data, shape } = await readIdx(new Uint8Array(await file.arrayBuffer()), file.name);
 */
export async function readIdx(bytes: Uint8Array, name = "the file"): Promise<HostTensor> {
  return parseIdx(await gunzip(bytes, name), name);
}

function parseIdx(bytes: Uint8Array, name: string): HostTensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = bytes.length >= 4 ? view.getUint32(0) : 0xffff_ffff;
  const type = elementTypes[(magic >> 8) & 0xff];
  if (magic >>> 16 !== 0 || !type) {
    throw new FormatError(
      "readIdx",
      `${name} is not an IDX file: it starts with ${hex(bytes.subarray(0, 4))}, expected 00 00, a type and the number of dims`,
    );
  }
  const rank = magic & 0xff;
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw cutShort(name, `a header of ${start} bytes`, bytes.length);
  const shape = Array.from({ length: rank }, (_, d) => view.getUint32(4 + 4 * d));
  const size = shape.reduce((product, dim) => product * dim, 1);
  const expected = start + size * type.bytes;
  if (bytes.length < expected) throw cutShort(name, `${expected} bytes for shape [${shape.join(", ")}]`, bytes.length);
  if (bytes.length > expected) {
    throw new FormatError(
      "readIdx",
      `${name} is longer than its header says: expected ${expected} bytes for shape [${shape.join(", ")}], got ${bytes.length}`,
    );
  }
  if (type.array === Uint8Array) return new HostTensor(new Uint8Array(bytes.buffer, bytes.byteOffset + start, size), shape);
  const data = new type.array(size);
  for (let i = 0; i < size; i++) data[i] = type.read(view, start + i * type.bytes);
  return new HostTensor(data, shape);
}

const cutShort = (name: string, expected: string, got: number): FormatError =>
  new FormatError("readIdx", `${name} is cut short: expected ${expected}, got ${got}`);

const hex = (bytes: Uint8Array): string =>
  bytes.length === 0 ? "nothing" : Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
