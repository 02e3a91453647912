// Sequences of different lengths without padding: all first elements, then all second ones, of the longest sequence first.
import { cat, formatShape, full, IndexError, ShapeError, scope, stack, type Tensor, tensor } from "@gradkit/tensor";

/** Made by packPaddedSequence or packSequence; recurrent layers take and give it. */
export class PackedSequence {
  readonly data: Tensor; // [Σ lengths, …]
  /** How many sequences reach each step. */
  readonly batchSizes: readonly number[];
  /** The sequences from the longest to the shortest; null where they came in that order. */
  readonly sortedIndices: readonly number[] | null;
  /** Where each sequence stands in that order. */
  readonly unsortedIndices: readonly number[] | null;

  constructor(data: Tensor, batchSizes: readonly number[], sortedIndices: readonly number[] | null = null) {
    this.data = data;
    this.batchSizes = batchSizes;
    this.sortedIndices = sortedIndices;
    this.unsortedIndices = sortedIndices && inverse(sortedIndices);
  }
}

function inverse(permutation: readonly number[]): number[] {
  const out = new Array<number>(permutation.length);
  for (const [at, i] of permutation.entries()) out[i] = at;
  return out;
}

/** Rows of x [R, …] by number. */
export const takeRows = (x: Tensor, rows: readonly number[], dim = 0): Tensor =>
  x.indexSelect(dim, tensor([...rows], { dtype: "int32", device: x.device }));

export interface PackOptions {
  /** Whether the batch is the first dim, before time. Default: false. */
  batchFirst?: boolean;
  /** Whether lengths must come in decreasing order; otherwise they are sorted here. Default: true. */
  enforceSorted?: boolean;
}

function checkLengths(op: string, lengths: readonly number[], input: Tensor, [steps, batch]: readonly [number, number]): void {
  const got = `got lengths ${formatShape(lengths)} for input ${formatShape(input.shape)}`;
  if (lengths.length !== batch) throw new ShapeError(op, `expected one length for each of ${batch} sequences (${got})`);
  if (lengths.some((length) => !Number.isInteger(length) || length < 1 || length > steps))
    throw new IndexError(op, `lengths must be whole numbers from 1 to ${steps} (${got})`);
}

/** The order from long to short; null where it is that already. */
function sortOrder(op: string, lengths: readonly number[], enforceSorted: boolean): number[] | null {
  const descending = lengths.every((length, i) => i === 0 || (lengths[i - 1] as number) >= length);
  if (enforceSorted && !descending) {
    throw new IndexError(op, `lengths must decrease (got ${formatShape(lengths)}). Pass { enforceSorted: false } to have them sorted`);
  }
  return enforceSorted ? null : [...lengths.keys()].sort((a, b) => (lengths[b] as number) - (lengths[a] as number));
}

/**
 * Packs sequences that are padded to one length: input [T, N, …], or [N, T, …] with batchFirst. Lengths are numbers: read a tensor first.
 *
 * @example
 * const packed = packPaddedSequence(zeros([5, 2, 3]), [5, 2]);
 * new LSTM(3, 4).call(packed);
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: readonly number[],
  { batchFirst = false, enforceSorted = true }: PackOptions = {},
): PackedSequence {
  const op = "packPaddedSequence";
  if (input.ndim < 2) throw new ShapeError(op, `expected input with at least 2 dims (got ${formatShape(input.shape)})`);
  const [first, second, ...rest] = input.shape as [number, number, ...number[]];
  const [steps, batch] = batchFirst ? [second, first] : [first, second];
  checkLengths(op, lengths, input, [steps, batch]);
  const order = sortOrder(op, lengths, enforceSorted);
  const sequences = order ?? [...lengths.keys()];
  const batchSizes: number[] = [];
  const rows: number[] = [];
  for (let t = 0; t < Math.max(...lengths); t++) {
    const going = sequences.filter((n) => (lengths[n] as number) > t);
    batchSizes.push(going.length);
    for (const n of going) rows.push(batchFirst ? n * steps + t : t * batch + n);
  }
  return new PackedSequence(
    scope(() => takeRows(input.reshape([steps * batch, ...rest]), rows)),
    batchSizes,
    order,
  );
}

/** Packs sequences [T_n, …] of different lengths. */
export function packSequence(
  sequences: readonly Tensor[],
  { enforceSorted = true }: Pick<PackOptions, "enforceSorted"> = {},
): PackedSequence {
  const lengths = sequences.map((sequence) => sequence.shape[0] ?? 0);
  return scope(() => packPaddedSequence(padSequence(sequences), lengths, { enforceSorted }));
}

export interface PadPackedOptions {
  /** Whether the batch becomes the first dim. Default: false. */
  batchFirst?: boolean;
  /** What stands behind the end of short sequences. Default: 0. */
  paddingValue?: number;
  /** Pad to this many steps instead of to the longest sequence. */
  totalLength?: number | null;
}

/** The inverse of packPaddedSequence: [T, N, …] (or [N, T, …]), and the lengths, in the order in which the sequences came. */
export function padPackedSequence(
  { data, batchSizes, unsortedIndices }: PackedSequence,
  { batchFirst = false, paddingValue = 0, totalLength = null }: PadPackedOptions = {},
): [padded: Tensor, lengths: number[]] {
  const longest = batchSizes.length;
  if (totalLength !== null && totalLength < longest)
    throw new IndexError("padPackedSequence", `totalLength ${totalLength} is less than the longest sequence, ${longest}`);
  const steps = totalLength ?? longest;
  const batch = batchSizes[0] ?? 0;
  const places = unsortedIndices ?? Array.from({ length: batch }, (_, n) => n);
  const lengths = places.map((place) => batchSizes.filter((size) => size > place).length);
  const starts: number[] = [];
  let total = 0;
  for (const size of batchSizes) {
    starts.push(total);
    total += size;
  }
  const row = (t: number, n: number): number => (t < (lengths[n] as number) ? (starts[t] as number) + (places[n] as number) : total);
  const shape = batchFirst ? [batch, steps] : [steps, batch];
  const rows = Array.from({ length: batch * steps }, (_, i) =>
    batchFirst ? row(i % steps, Math.floor(i / steps)) : row(Math.floor(i / batch), i % batch),
  );
  const rest = data.shape.slice(1);
  const padded = scope(() => {
    const padding = full([1, ...rest], paddingValue, { dtype: data.dtype, device: data.device });
    return takeRows(cat([data, padding]), rows).reshape([...shape, ...rest]);
  });
  return [padded, lengths];
}

export interface PadSequenceOptions {
  /** Whether the batch becomes the first dim. Default: false. */
  batchFirst?: boolean;
  /** Default: 0. */
  paddingValue?: number;
  /** Default: "right". */
  paddingSide?: "left" | "right";
}

/** Stacks sequences [T_n, …] into [T, N, …], short ones padded. */
export function padSequence(
  sequences: readonly Tensor[],
  { batchFirst = false, paddingValue = 0, paddingSide = "right" }: PadSequenceOptions = {},
): Tensor {
  const longest = Math.max(0, ...sequences.map((sequence) => sequence.shape[0] ?? 0));
  return scope(() => {
    const padded = sequences.map((sequence) => {
      const [length = 0, ...rest] = sequence.shape;
      const padding = full([longest - length, ...rest], paddingValue, { dtype: sequence.dtype, device: sequence.device });
      return length === longest ? sequence : cat(paddingSide === "left" ? [padding, sequence] : [sequence, padding]);
    });
    return stack(padded, batchFirst ? 0 : 1);
  });
}

/** The inverse of padSequence. */
export const unpadSequence = (
  padded: Tensor,
  lengths: readonly number[],
  { batchFirst = false }: Pick<PadSequenceOptions, "batchFirst"> = {},
): Tensor[] => lengths.map((length, n) => padded.select(batchFirst ? 0 : 1, n).narrow(0, 0, length));

/** The inverse of packSequence. */
export function unpackSequence(packed: PackedSequence): Tensor[] {
  const [padded, lengths] = padPackedSequence(packed);
  return unpadSequence(padded, lengths);
}
