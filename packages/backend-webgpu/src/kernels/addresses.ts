// From the position of an element to its address in each view: the host coalesces the dims that views walk together and passes sizes and
// strides, the kernel divides.
import type { Recorder } from "../recorder.ts";
import type { KernelWriter } from "./kernel-writer.ts";

/** As `coalesce` gives it. */
export interface Walk {
  readonly shape: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/** How one view follows the walk. Equal classes share a kernel. */
export type Access = "flat" | "single" | "strided";

export function accessOf(shape: readonly number[], strides: readonly number[]): Access {
  let step = 1;
  let [flat, single] = [true, true];
  for (let d = shape.length - 1; d >= 0; d--) {
    if (strides[d] !== step) flat = false;
    if (strides[d] !== 0) single = false;
    step *= shape[d] as number;
  }
  return single && shape.length > 0 ? "single" : flat ? "flat" : "strided";
}

export const accessesOf = ({ shape, strides }: Walk): Access[] => strides.map((each) => accessOf(shape, each));

export const walkKey = ({ shape }: Walk, accesses: readonly Access[]): string => {
  let key = `${shape.length}`;
  for (const access of accesses) key += access[1];
  return key;
};

/**
 * Statements that turn the position `from` into coordinates, and each view's distance from its first element. The words it reads are those
 * that `passWalk` writes.
 */
export function emitWalk(
  writer: KernelWriter,
  rank: number,
  accesses: readonly Access[],
  from: string,
  prefix: string,
): { code: string; at: string[] } {
  if (!accesses.includes("strided")) return { code: "", at: accesses.map((access) => (access === "flat" ? from : "0")) };
  if (rank === 0) return { code: "", at: accesses.map(() => "0") };
  const sizes = writer.ints(rank);
  const lines: string[] = [];
  let rest = from;
  for (let d = rank - 1; d > 0; d--) {
    lines.push(`let ${prefix}c${d} = ${rest} % ${sizes[d]};`, `let ${prefix}r${d} = ${rest} / ${sizes[d]};`);
    rest = `${prefix}r${d}`;
  }
  lines.push(`let ${prefix}c0 = ${rest};`);
  const at = accesses.map((access) => {
    if (access !== "strided") return access === "flat" ? from : "0";
    const terms = writer.ints(rank).map((stride, d) => `${prefix}c${d} * ${stride}`);
    return `(${terms.join(" + ")})`;
  });
  return { code: lines.join("\n  "), at };
}

export function passWalk(recorder: Recorder, { shape, strides }: Walk, accesses: readonly Access[]): void {
  if (!accesses.includes("strided")) return;
  for (const size of shape) recorder.int(size);
  for (let k = 0; k < accesses.length; k++) {
    if (accesses[k] === "strided") for (const stride of strides[k] as readonly number[]) recorder.int(stride);
  }
}
