// The calls of all steps of a sequence, collected: a device that can takes some rows through all of them at a time.
import { type Backend, type Epilogue, type Formula, inTurn, type RowwiseCall, type View } from "@gradkit/tensor/backend";

export class RowwiseCalls {
  readonly #calls: RowwiseCall[] = [];

  map(formula: Formula, inputs: readonly View[], outputs: readonly View[]): void {
    this.#calls.push({ kind: "map", formula, inputs, outputs });
  }

  matmul(a: View, b: View, out: View, epilogue: Epilogue | null = null): void {
    this.#calls.push({ kind: "matmul", a, b, out, epilogue });
  }

  /** Views are plain: what they look at must be held until then. */
  run(device: Backend): void {
    const calls = this.#calls;
    const isFloat32 = calls.every((call) => (call.kind === "map" ? (call.outputs[0] as View) : call.out).dtype === "float32");
    if (device.rowwise && isFloat32) device.rowwise(calls);
    else inTurn(device, calls);
  }
}
