// How two values become one, in WGSL, in the type that accumulates: floats, or 32-bit integers (bools count as such).
import type { ScalarType } from "@gradkit/tensor/backend";

export type Accumulator = "float" | "int";

export const accumulatorOf = (type: ScalarType): Accumulator => (type === "float" ? "float" : "int");

export const identity = {
  sum: { float: "0.0", int: "0" },
  prod: { float: "1.0", int: "1" },
} as const;

type Combine = (type: Accumulator, a: string, b: string) => string;

export const combine: Readonly<Record<"sum" | "prod" | "max" | "min", Combine>> = {
  sum: (_, a, b) => `(${a} + ${b})`,
  prod: (_, a, b) => `(${a} * ${b})`,
  max: (type, a, b) => (type === "float" ? `maxNan(${a}, ${b})` : `max(${a}, ${b})`),
  min: (type, a, b) => (type === "float" ? `minNan(${a}, ${b})` : `min(${a}, ${b})`),
};

/** Whether b is more extreme than a; NaN is more extreme than any number. */
export function beats(type: Accumulator, largest: boolean, b: string, a: string): string {
  const further = `${b} ${largest ? ">" : "<"} ${a}`;
  return type === "float" ? `(!isNan(${a}) && (isNan(${b}) || ${further}))` : `(${further})`;
}
