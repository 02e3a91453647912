// What a row of the pointwise table is sampled with.
import type { DType } from "../../dtype.ts";
import { type Tolerance, ulps } from "./tolerance.ts";

/** From (included) to (not included); whole numbers include both. */
export type Range = readonly [low: number, high: number];

export interface RowDomain {
  /** Where the op is defined and far from saturation: one range an operand. */
  readonly ranges: readonly Range[];
  readonly dtypes: readonly DType[];
  readonly tolerance: Tolerance;
  /** Values where the op bends, jumps or has a pole; also where PyTorch's convention shows. */
  readonly kinks?: readonly number[];
  /** Run-time scalars: float32 numbers, so that every backend computes with the same. */
  readonly scalars?: Readonly<Record<string, number>>;
}

type Rest = Partial<Omit<RowDomain, "ranges" | "tolerance">>;

const every: readonly DType[] = ["float32", "int32", "uint8", "bool"];
export const wholeDTypes: readonly DType[] = ["int32", "uint8", "bool"];
export const numberDTypes: readonly DType[] = ["float32", "int32", "uint8"];
export const floatDTypes: readonly DType[] = ["float32"];

export const line = (low: number, high: number, tolerance: Tolerance, rest: Rest = {}): RowDomain => ({
  ranges: [[low, high]],
  dtypes: every,
  tolerance,
  ...rest,
});

export const plane = (x: Range, y: Range, tolerance: Tolerance, rest: Rest = {}): RowDomain => ({
  ranges: [x, y],
  dtypes: every,
  tolerance,
  ...rest,
});

export const space = (x: Range, y: Range, z: Range, tolerance: Tolerance, rest: Rest = {}): RowDomain => ({
  ranges: [x, y, z],
  dtypes: every,
  tolerance,
  ...rest,
});

/** Division and square root are correctly rounded on a CPU, not on a GPU. */
export const division: Tolerance = ulps(3, "a device's division and square root may be 2.5 ulp off (WGSL, accuracy of built-ins)");
export const elementary: Tolerance = ulps(4, "float32 approximations of elementary functions are within 4 ulp");
