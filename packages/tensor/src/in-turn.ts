import type { Backend, RowwiseCall } from "./backend.ts";

/** What `Backend.rowwise` computes, call by call: for devices without it, and calls that gain nothing by it. */
export function inTurn(device: Pick<Backend, "map" | "matmul">, calls: readonly RowwiseCall[]): void {
  for (const call of calls) {
    if (call.kind === "map") device.map(call.formula, call.inputs, [], call.outputs);
    else device.matmul(call.a, call.b, call.out, call.epilogue ?? undefined);
  }
}
