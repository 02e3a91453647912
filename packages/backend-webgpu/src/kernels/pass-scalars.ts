// Run-time scalars of a formula, as words.
import type { ScalarType } from "@gradkit/tensor/backend";
import type { Recorder } from "../recorder.ts";

export function passScalars(recorder: Recorder, types: readonly ScalarType[], values: readonly number[]): void {
  for (let s = 0; s < types.length; s++) {
    const value = values[s] as number;
    if (types[s] === "float") recorder.float(value);
    else recorder.int(value);
  }
}
