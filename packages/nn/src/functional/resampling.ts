// Where each output position of a resampling looks in its input, and with which weights: worked out on the host, one axis at a time.

/** `taps` input positions and weights for each output position, tap by tap: element tap·outputSize + i. Weights are null where all are 1. */
export interface Taps {
  readonly taps: number;
  readonly positions: Int32Array;
  readonly weights: Float32Array | null;
}

export interface Axis {
  readonly inputSize: number;
  readonly outputSize: number;
  /** What the caller asked for, where coordinates follow it rather than the two sizes. */
  readonly scaleFactor: number | null;
}

/** Input positions per output position. */
function stepOf({ inputSize, outputSize, scaleFactor }: Axis, alignCorners: boolean): number {
  if (alignCorners) return outputSize > 1 ? (inputSize - 1) / (outputSize - 1) : 0;
  return scaleFactor !== null && scaleFactor > 0 ? 1 / scaleFactor : inputSize / outputSize;
}

/** Taps of one output position: a list of (input position, weight). */
type TapsAt = (i: number) => readonly (readonly [position: number, weight: number])[];

function collect({ inputSize, outputSize }: Axis, tapsAt: TapsAt): Taps {
  const lists = Array.from({ length: outputSize }, (_, i) => tapsAt(i));
  const taps = Math.max(...lists.map((list) => list.length));
  const positions = new Int32Array(taps * outputSize);
  const weights = new Float32Array(taps * outputSize);
  lists.forEach((list, i) => {
    for (let tap = 0; tap < taps; tap++) {
      const [position, weight] = list[tap] ?? [list[0]?.[0] ?? 0, 0];
      positions[tap * outputSize + i] = Math.min(Math.max(position, 0), inputSize - 1);
      weights[tap * outputSize + i] = weight;
    }
  });
  return { taps, positions, weights };
}

/** One position each; `exact` looks from the middle of the output's pixels. torch rounds the coordinate to float32. */
export function nearestTaps(axis: Axis, exact: boolean): Taps {
  const step = stepOf(axis, false);
  const at = (i: number): number => Math.floor(Math.fround(exact ? (i + 0.5) * step : i * step));
  return { ...collect(axis, (i) => [[at(i), 1]]), weights: null };
}

/** A straight line between two neighbours. */
export function linearTaps(axis: Axis, alignCorners: boolean): Taps {
  const step = stepOf(axis, alignCorners);
  return collect(axis, (i) => {
    if (axis.inputSize === axis.outputSize) return [[i, 1]];
    const x = alignCorners ? i * step : Math.max(0, (i + 0.5) * step - 0.5);
    const left = Math.min(Math.floor(x), axis.inputSize - 1);
    const fraction = Math.min(Math.max(x - left, 0), 1);
    return [[left, 1 - fraction], [left + 1, fraction]]; // biome-ignore format: a pair
  });
}

/** Keys' cubic convolution kernel at distance |x| (Keys 1981, with its parameter a). */
export function cubicWeight(x: number, a: number): number {
  const d = Math.abs(x);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? a * (((d - 5) * d + 8) * d - 4) : 0;
}

/** torch's parameter of the cubic kernel without antialiasing, and with it as PIL's. */
const CUBIC = -0.75;
const CUBIC_ANTIALIAS = -0.5;

/** A cubic through four neighbours. */
export function cubicTaps(axis: Axis, alignCorners: boolean): Taps {
  const step = stepOf(axis, alignCorners);
  return collect(axis, (i) => {
    const x = alignCorners ? i * step : (i + 0.5) * step - 0.5;
    const left = Math.min(Math.floor(x), axis.inputSize - 1);
    const fraction = Math.min(Math.max(x - left, 0), 1);
    return [-1, 0, 1, 2].map((k) => [left + k, cubicWeight(fraction - k, CUBIC)] as const);
  });
}

/** The kernel stretched over all input pixels that an output pixel covers, so that shrinking does not alias. */
export function antialiasedTaps(axis: Axis, mode: "linear" | "cubic", alignCorners: boolean): Taps {
  const step = stepOf(axis, alignCorners);
  const stretch = Math.max(step, 1);
  const support = (mode === "linear" ? 1 : 2) * stretch;
  const kernel = (x: number): number => (mode === "linear" ? Math.max(0, 1 - Math.abs(x)) : cubicWeight(x, CUBIC_ANTIALIAS));
  return collect(axis, (i) => {
    const center = step * (i + 0.5);
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), axis.inputSize);
    const weights = Array.from({ length: end - first }, (_, j) => kernel((j + first - center + 0.5) / stretch));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight, j) => [first + j, total === 0 ? weight : weight / total] as const);
  });
}
