// What a row of the sample tables says: an op on inputs that are described, not stored, and how near the result must come.
import type { DType } from "../../dtype.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayoutName } from "./layouts.ts";
import type { Tolerance } from "./tolerance.ts";
import { listed, type Values } from "./values.ts";

/** An input: drawn on the host, the same on every device. */
export interface Operand {
  readonly shape: readonly number[];
  /** Default: float32. */
  readonly dtype?: DType;
  /** Default: uniform in [−2, 2). */
  readonly values?: Values;
  /** Default: contiguous. */
  readonly layout?: LayoutName;
}

export type Results = Tensor | readonly Tensor[];

export interface Sample {
  /** Attributes and shapes, as in a test's title; unique within its op. */
  readonly name: string;
  readonly inputs: readonly Operand[];
  readonly call: (...inputs: Tensor[]) => Results;
  /** Of float outputs; integers and bools are compared exactly. */
  readonly tolerance: Tolerance;
  /** The inputs sit on kinks, ties, NaN or infinities: values can be compared, differences in a neighbourhood cannot. */
  readonly kinks?: boolean;
}

/** A function of any number of tensors that accepts whatever its inputs happen to be. */
type Call = Sample["call"];

/** A row: `sample("dim 1", [{ shape: [3, 5] }], (x) => softmax(x, 1), rounded(4))`. */
export const sample = (name: string, inputs: readonly Operand[], call: Call, tolerance: Tolerance): Sample => ({
  name,
  inputs,
  call,
  tolerance,
});

/** The same, at values where nothing is smooth. */
export const atKinks = (name: string, inputs: readonly Operand[], call: Call, tolerance: Tolerance): Sample => ({
  ...sample(name, inputs, call, tolerance),
  kinks: true,
});

/** An input with the given numbers, row by row. */
export const matrix = (rows: readonly (readonly number[])[]): Operand => ({
  shape: [rows.length, rows[0]?.length ?? 0],
  values: listed(...rows.flat()),
});

/** Both results of an op that gives values with their positions. */
export const both = ({ values, indices }: { readonly values: Tensor; readonly indices: Tensor }): Results => [values, indices];
