// |got − expected| ≤ atol + rtol·|expected|, element by element; whole numbers and bools exactly; shapes exactly.
import { isFloat, Tensor } from "@gradkit/tensor";
import { Mismatch } from "./outcome.ts";
import { isTensorValue, type TensorValue, toDType, toNumbers } from "./values.ts";

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

const EXACT: Tolerance = { rtol: 0, atol: 0 };

/** A file's tolerance, widened for devices whose functions are less exact than a CPU's. */
export const scaled = ({ rtol, atol }: Tolerance, factor: number): Tolerance => ({ rtol: rtol * factor, atol: atol * factor });

/** NaN equals NaN, infinities by sign, −0 equals 0. */
export function isClose(got: number, expected: number, { rtol, atol }: Tolerance): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(got);
  if (!Number.isFinite(expected)) return got === expected;
  return Math.abs(got - expected) <= atol + rtol * Math.abs(expected);
}

export function compareNumber(got: number, expected: number, tolerance: Tolerance, what: string): void {
  if (isClose(got, expected, tolerance)) return;
  const limit = tolerance.atol + tolerance.rtol * Math.abs(expected);
  throw new Mismatch(`${what}: got ${got}, expected ${expected} ± ${limit}`);
}

function indexOf(i: number, shape: readonly number[]): string {
  const index: number[] = [];
  let rest = i;
  for (let d = shape.length - 1; d >= 0; d--) {
    index.unshift(rest % (shape[d] as number));
    rest = Math.floor(rest / (shape[d] as number));
  }
  return `[${index}]`;
}

export interface CompareOptions {
  /** Skip elements whose expected value is infinite or NaN. */
  readonly finiteOnly?: boolean;
  /** Python tells 7 from 7.0, JavaScript does not: results that follow from numbers alone may be of either kind. */
  readonly anyDType?: boolean;
}

async function compareTensor(
  got: Tensor,
  value: TensorValue,
  given: Tolerance,
  { finiteOnly, anyDType }: CompareOptions,
  what: string,
): Promise<void> {
  const { shape } = value;
  if (got.ndim !== shape.length || shape.some((size, d) => got.shape[d] !== size)) {
    throw new Mismatch(`${what}: got shape [${got.shape}], expected [${shape}]`);
  }
  const dtype = toDType(value.dtype);
  if (got.dtype !== dtype && !anyDType) throw new Mismatch(`${what}: got dtype ${got.dtype}, expected ${dtype}`);
  const tolerance = isFloat(dtype) ? given : EXACT;
  const data = await got.data();
  for (const [i, expected] of toNumbers(value).entries()) {
    if (finiteOnly && !Number.isFinite(expected)) continue;
    compareNumber(data[i] as number, expected, tolerance, `${what}${indexOf(i, shape)}`);
  }
}

/** One output, gradient or parameter against its expected value, which may be a plain number, a bool or null. */
export async function compareValue(
  got: unknown,
  expected: unknown,
  tolerance: Tolerance,
  what: string,
  options: CompareOptions = {},
): Promise<void> {
  if (isTensorValue(expected)) {
    if (!(got instanceof Tensor)) throw new Mismatch(`${what}: got ${describe(got)}, expected a tensor [${expected.shape}]`);
    await compareTensor(got, expected, tolerance, options, what);
  } else if (typeof expected === "number") {
    compareNumber(got instanceof Tensor ? await got.item() : Number(got), expected, tolerance, what);
  } else if (expected === null ? got !== null && got !== undefined : got !== expected) {
    throw new Mismatch(`${what}: got ${describe(got)}, expected ${expected}`);
  }
}

const describe = (value: unknown): string => (value instanceof Tensor ? `a tensor [${value.shape}]` : `${value}`);

/** Arrays and plain objects of outputs as one list, depth first: tuples, lists and named results alike. */
export function flattenOutputs(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(flattenOutputs);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return Object.values(value).flatMap(flattenOutputs);
  return [value];
}

export function checkCount(got: readonly unknown[], expected: readonly unknown[]): void {
  if (got.length !== expected.length) throw new Mismatch(`got ${got.length} outputs, expected ${expected.length}`);
}
