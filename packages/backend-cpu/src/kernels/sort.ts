// Backend.sort: stable, along a dim. Elements become integer keys that order as they do, NaN above all, and the keys are sorted together with
// their positions, eleven bits at a time: three passes whatever the order of the elements.
import { type Backend, numel } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { eachLine, elementsOf } from "./elements.ts";

const digitBits = 11;
const digits = 1 << digitBits;
/** Shorter lines are sorted by insertion. */
const shortLine = 64;

const word = new Int32Array(1);
const float = new Float32Array(word.buffer);

/** Unsigned, ascending with x; −0 and 0 are equal. */
function floatKey(x: number): number {
  if (Number.isNaN(x)) return 0xffff_ffff;
  float[0] = x + 0;
  const bits = word[0] as number;
  return (bits < 0 ? ~bits : bits | -0x8000_0000) >>> 0;
}

const integerKey = (x: number): number => (x ^ -0x8000_0000) >>> 0;

interface Line {
  readonly keys: Uint32Array;
  readonly order: Int32Array;
}

function insertionSort({ keys, order }: Line): void {
  for (let i = 1; i < keys.length; i++) {
    const [key, origin] = [keys[i] as number, order[i] as number];
    let j = i - 1;
    for (; j >= 0 && (keys[j] as number) > key; j--) {
      keys[j + 1] = keys[j] as number;
      order[j + 1] = order[j] as number;
    }
    keys[j + 1] = key;
    order[j + 1] = origin;
  }
}

/** Least significant digit first. The result is in `line` again, or in the spare one it returns. */
function radixSort(line: Line, spare: Line): Line {
  const counts = new Int32Array(digits);
  let [from, to] = [line, spare];
  for (let shift = 0; shift < 32; shift += digitBits) {
    counts.fill(0);
    for (const key of from.keys) counts[(key >>> shift) & (digits - 1)]! += 1;
    let start = 0;
    for (let digit = 0; digit < digits; digit++) {
      const count = counts[digit] as number;
      counts[digit] = start;
      start += count;
    }
    for (let i = 0; i < from.keys.length; i++) {
      const key = from.keys[i] as number;
      const place = counts[(key >>> shift) & (digits - 1)]!++;
      to.keys[place] = key;
      to.order[place] = from.order[i] as number;
    }
    [from, to] = [to, from];
  }
  return from;
}

const line = (length: number): Line => ({ keys: new Uint32Array(length), order: new Int32Array(length) });

export const createSort =
  (memory: Memory): Backend["sort"] =>
  (input, dim, descending, values, indices) => {
    if (numel(input.shape) === 0) return;
    const length = input.shape[dim] ?? 1;
    const [source, target, positions] = [input, values, indices].map((view) => elementsOf(memory, view)) as [
      ReturnType<typeof elementsOf>,
      ReturnType<typeof elementsOf>,
      ReturnType<typeof elementsOf>,
    ];
    const strides = [input.strides, values.strides, indices.strides];
    const [fromStep, valueStep, indexStep] = strides.map((each) => each[dim] ?? 0) as [number, number, number];
    const toKey = input.dtype === "float32" ? floatKey : integerKey;
    const flip = descending ? -1 : 0;
    const [given, spare] = [line(length), line(length)];
    eachLine(input.shape, dim, strides, [source.start, target.start, positions.start], (offsets) => {
      const [start, valueStart, indexStart] = offsets as [number, number, number];
      for (let i = 0; i < length; i++) {
        given.keys[i] = toKey(source.array[start + i * fromStep] as number) ^ flip;
        given.order[i] = i;
      }
      let sorted = given;
      if (length < shortLine) insertionSort(given);
      else sorted = radixSort(given, spare);
      for (let i = 0; i < length; i++) {
        target.array[valueStart + i * valueStep] = source.array[start + (sorted.order[i] as number) * fromStep] as number;
        positions.array[indexStart + i * indexStep] = sorted.order[i] as number;
      }
    });
  };
