// safetensors (https://github.com/huggingface/safetensors#format): the length of a JSON header, the header, the tensors' bytes. PyTorch reads
// and writes it too; nothing in it can run.
import type { Backend } from "./backend.ts";
import { defaultDevice } from "./device.ts";
import { type DType, dtypes, type TypedArray } from "./dtype.ts";
import { FormatError, IndexError } from "./errors.ts";
import { noGrad } from "./grad-mode.ts";
import { bfloat16ToFloat32, float16ToFloat32 } from "./half.ts";
import { contiguous } from "./ops/copy.ts";
import { fromArray } from "./ops/creation.ts";
import { elementBytes, type FileDType, parseHeader } from "./safetensors-header.ts";
import type { Tensor } from "./tensor.ts";

export { FormatError } from "./errors.ts";

const fileDTypes: Readonly<Record<DType, FileDType>> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};

export interface SerializeOptions {
  /** Free text to go with the tensors, for example who trained them on what. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * The bytes of a safetensors file with these tensors, as they are at the call: training may go on meanwhile. Names keep their order.
 *
 * @example
 * const bytes = await serialize(model.stateDict(), { metadata: { epoch: "3" } });
 */
export async function serialize(
  tensors: Readonly<Record<string, Tensor>>,
  { metadata }: SerializeOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const entries = Object.entries(tensors).map(([name, t]) => {
    if (name === "__metadata__") throw new FormatError("serialize", 'a tensor cannot be called "__metadata__"');
    return { name, tensor: t, dtype: fileDTypes[t.dtype], begin: 0, end: 0 };
  });
  // Wide elements first, as the reference implementation has it: every tensor is then aligned to its own element.
  let at = 0;
  for (const entry of entries.toSorted((a, b) => elementBytes[b.dtype] - elementBytes[a.dtype])) {
    entry.begin = at;
    at += entry.tensor.numel * elementBytes[entry.dtype];
    entry.end = at;
  }

  const described = entries.map(
    ({ name, tensor: { shape }, dtype, begin, end }) => [name, { dtype, shape, data_offsets: [begin, end] }] as const,
  );
  const json = JSON.stringify(Object.fromEntries<unknown>(metadata ? [["__metadata__", metadata], ...described] : described));
  const text = new TextEncoder().encode(json);
  const start = 8 + Math.ceil(text.length / 8) * 8;

  const reads = entries.map((entry) => readBytes(entry.tensor)); // all are asked for before the first is awaited
  const bytes = new Uint8Array(start + at).fill(0x20, 0, start); // padded with spaces
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(text, 8);
  const contents = await Promise.all(reads);
  entries.forEach(({ begin }, i) => {
    bytes.set(contents[i] as Uint8Array, start + begin);
  });
  return bytes;
}

/** The tensor's elements, row-major, as they lie on the device: 16-bit floats too. */
async function readBytes(t: Tensor): Promise<Uint8Array> {
  const source = noGrad(() => contiguous(t));
  const { bytes } = dtypes[t.dtype];
  const elements = await source.device.read(source.buffer, source.offset * bytes, t.numel * bytes);
  if (source !== t) source.dispose();
  return new Uint8Array(elements);
}

export interface DeserializeOptions {
  /** Where the tensors go. Default: the default device. */
  device?: Backend;
  /** What error messages call the bytes. Default: "the file". */
  name?: string;
}

/**
 * The tensors of a safetensors file, by name. BF16 becomes float32 and I64 int32; F16 and F64 become float32 on a device that does not have
 * them. Throws a FormatError for bytes that are cut short or corrupt, a IndexError for an I64 beyond int32, and an UnsupportedError for other
 * dtypes.
 *
 * @example
 * const { "fc.weight": weight } = deserialize(new Uint8Array(await response.arrayBuffer()));
 */
export function deserialize(
  bytes: Uint8Array,
  { device = defaultDevice(), name: file = "the file" }: DeserializeOptions = {},
): Record<string, Tensor> {
  const { entries } = parseHeader(bytes, file);
  return Object.fromEntries(
    entries.map(({ name, dtype, shape, begin, end }) => {
      const own = bytes.buffer.slice(bytes.byteOffset + begin, bytes.byteOffset + end) as ArrayBuffer; // a copy, since typed arrays must be aligned
      const has = (wanted: DType): boolean => device.capabilities.dtypes.has(wanted);
      const { dtype: to, data } = decoders[dtype](own, name, has);
      return [name, fromArray(data, shape, to, { device })];
    }),
  );
}

/** The free text that was saved with the tensors. Throws as `deserialize` does. */
export function readMetadata(bytes: Uint8Array): Readonly<Record<string, string>> {
  return parseHeader(bytes, "the file").metadata;
}

interface Decoded {
  readonly dtype: DType;
  readonly data: TypedArray;
}

const decoders: Readonly<Record<FileDType, (bytes: ArrayBuffer, name: string, has: (dtype: DType) => boolean) => Decoded>> = {
  F64: (bytes, _, has) => {
    const data = new Float64Array(bytes);
    return has("float64") ? { dtype: "float64", data } : { dtype: "float32", data: Float32Array.from(data) };
  },
  F32: (bytes) => ({ dtype: "float32", data: new Float32Array(bytes) }),
  F16: (bytes, _, has) => {
    const data = new Uint16Array(bytes);
    return has("float16") ? { dtype: "float16", data } : { dtype: "float32", data: float16ToFloat32(data) };
  },
  BF16: (bytes) => ({ dtype: "float32", data: bfloat16ToFloat32(new Uint16Array(bytes)) }),
  I64: (bytes, name) => ({ dtype: "int32", data: narrow(new BigInt64Array(bytes), name) }),
  I32: (bytes) => ({ dtype: "int32", data: new Int32Array(bytes) }),
  U8: (bytes) => ({ dtype: "uint8", data: new Uint8Array(bytes) }),
  BOOL: (bytes) => ({ dtype: "bool", data: new Uint8Array(bytes).map((byte) => (byte === 0 ? 0 : 1)) }),
};

function narrow(wide: BigInt64Array, name: string): Int32Array {
  return Int32Array.from(wide, (value) => {
    const narrowed = Number(BigInt.asIntN(32, value));
    if (BigInt(narrowed) !== value) throw new IndexError("safetensors", `"${name}" holds ${value}, which int32 cannot`);
    return narrowed;
  });
}
