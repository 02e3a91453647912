// Whether a result is near enough to the reference's, and if not, the first element that is not.

import { isFloat } from "../dtype.ts";
import { formatShape } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { exact, type Tolerance } from "./samples/tolerance.ts";

/** NaN equals NaN, infinities count by their sign, 0 equals −0. */
export function near(got: number, expected: number, { absolute, relative }: Tolerance): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(got);
  if (got === expected) return true;
  return Number.isFinite(expected) && Math.abs(got - expected) <= absolute + relative * Math.abs(expected);
}

const show = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

function coordinates(position: number, shape: readonly number[]): number[] {
  const result = new Array<number>(shape.length);
  let rest = position;
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d] as number;
    result[d] = rest % size;
    rest = Math.floor(rest / size);
  }
  return result;
}

/** Throws an Error that names the first differing element, how many differ and by how much at most. */
export async function compare(what: string, got: Tensor, expected: Tensor, tolerance: Tolerance): Promise<void> {
  if (formatShape(got.shape) !== formatShape(expected.shape)) {
    throw new Error(`${what}: the shape is ${formatShape(got.shape)}, expected ${formatShape(expected.shape)}`);
  }
  if (got.dtype !== expected.dtype) throw new Error(`${what}: the dtype is ${got.dtype}, expected ${expected.dtype}`);
  const [gotData, expectedData] = [await got.data(), await expected.data()];
  const allowed = isFloat(expected.dtype) ? tolerance : exact;
  const wrong: number[] = [];
  expectedData.forEach((value, i) => {
    if (!near(gotData[i] as number, value, allowed)) wrong.push(i);
  });
  const [first] = wrong;
  if (first === undefined) return;
  const error = (i: number): number => Math.abs((gotData[i] as number) - (expectedData[i] as number));
  const worst = wrong.reduce((a, b) => (error(b) > error(a) ? b : a));
  const at = (i: number): string =>
    `${formatShape(coordinates(i, expected.shape))} is ${show(gotData[i] as number)}, expected ${show(expectedData[i] as number)}`;
  const bound = `allowed: ${allowed.absolute} + ${allowed.relative}·|expected| (${allowed.reason})`;
  const more = worst === first ? "" : `; worst ${at(worst)}`;
  throw new Error(`${what}: element ${at(first)}${more}; ${wrong.length} of ${expectedData.length} differ; ${bound}`);
}
