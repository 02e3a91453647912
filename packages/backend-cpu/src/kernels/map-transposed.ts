// Maps with an input whose neighbours lie along another dim than the output's: it is brought into the output's order first.
import { type Backend, type Formula, numel, type View } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { denseStrides, fewestTransposed, TransposedCopy, transposes } from "./transposed-copy.ts";

/** A map done so; false where that would not pay. */
export type MapTransposed = (...call: Parameters<Backend["map"]>) => boolean;

/** `map` does what is left once operands are in order. */
export function createMapTransposed(memory: Memory, map: Backend["map"]): MapTransposed {
  const transposed = new TransposedCopy(memory);
  return (formula, inputs, scalars, outputs) => {
    const [output] = outputs as [View];
    const elements = numel(output.shape);
    if (elements < fewestTransposed) return false;
    const found = inputs.findIndex((input) => transposes(input, output));
    if (found < 0) return false;
    const from = inputs[found] as View;
    if (isCopy(formula) && from.dtype === output.dtype) {
      transposed.copy(from, output);
      return true;
    }
    const buffer = memory.allocate(4 * elements);
    const ordered: View = { buffer, dtype: from.dtype, shape: output.shape, strides: denseStrides(output), offset: 0 };
    transposed.copy(from, ordered);
    map(formula, inputs.with(found, ordered), scalars, outputs);
    memory.release(buffer);
    return true;
  };
}

const isCopy = ({ inputs, outputs }: Formula): boolean => inputs.length === 1 && outputs.length === 1 && outputs[0]?.op === "input";
