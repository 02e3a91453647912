// The header of a safetensors file: which tensors there are and where their bytes lie. Everything that a file can get wrong is found here.
import { FormatError, formatShape, UnsupportedError } from "./errors.ts";
import { numel } from "./view.ts";

/** Bytes per element of the dtypes that are read. */
export const elementBytes = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1, BOOL: 1 } as const;

export type FileDType = keyof typeof elementBytes;

export interface Entry {
  readonly name: string;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  /** From the first byte of the file. */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** As the reference implementation: a longer header is an attack. */
const MAX_HEADER_BYTES = 100_000_000;

/** Throws a FormatError when the bytes are no safetensors file, cut short, or contradict their header; an UnsupportedError for a dtype that is not read. */
export function parseHeader(bytes: Uint8Array, file: string): Header {
  const broken = (problem: string, options?: ErrorOptions): FormatError => new FormatError("safetensors", `${file} ${problem}`, options);
  if (bytes.length < 8) throw broken(`is cut short: expected at least 8 bytes, got ${bytes.length}`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES) throw broken(`is not a safetensors file: it announces a header of ${length} bytes`);
  const start = 8 + length;
  if (bytes.length < start) throw broken(`is cut short: expected a header of ${start} bytes, got ${bytes.length}`);

  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch (cause) {
    throw broken("is not a safetensors file: its header is no JSON", { cause });
  }
  if (!isRecord(json)) throw broken("is not a safetensors file: its header is no JSON object");
  const { __metadata__: metadata = {}, ...tensors } = json;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw broken("has metadata other than strings");
  }
  const entries = Object.entries(tensors).map(([name, entry]) => parseEntry(name, entry, start, broken));
  checkTiling(entries, start, bytes.length, broken);
  return { entries, metadata: metadata as Record<string, string> };
}

function parseEntry(name: string, entry: unknown, start: number, broken: (problem: string) => FormatError): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (typeof dtype !== "string" || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw broken(`has a malformed entry for "${name}"`);
  }
  if (!isFileDType(dtype)) {
    throw new UnsupportedError("safetensors", `"${name}" has dtype ${dtype}. Supported are ${Object.keys(elementBytes).join(", ")}`);
  }
  const [begin, end] = offsets as [number, number];
  const expected = numel(shape) * elementBytes[dtype];
  if (end - begin !== expected) throw broken(`gives "${name}" ${end - begin} bytes, but ${dtype} ${formatShape(shape)} takes ${expected}`);
  return { name, dtype, shape, begin: start + begin, end: start + end };
}

/** The tensors' bytes follow each other without gap or overlap to the end of the file. */
function checkTiling(entries: readonly Entry[], start: number, fileEnd: number, broken: (problem: string) => FormatError): void {
  let at = start;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) throw broken(`has a gap or an overlap before "${name}": its bytes begin at ${begin}, expected ${at}`);
    at = end;
  }
  if (fileEnd < at) throw broken(`is cut short: expected ${at} bytes, got ${fileEnd}`);
  if (fileEnd > at) throw broken(`is longer than its header says: expected ${at} bytes, got ${fileEnd}`);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
const isFileDType = (dtype: string): dtype is FileDType => Object.hasOwn(elementBytes, dtype);
