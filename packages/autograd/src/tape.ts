// Recording: a node for each op that ran on tensors that require grad. Nothing is computed here; what backward needs is worked out there.
import { isFloat, type Tensor } from "@gradkit/tensor";
import type { Formula, RecordedOp } from "@gradkit/tensor/recorder";
import { MapNode } from "./map-node.ts";
import { mapRule } from "./map-rule.ts";
import type { Edge } from "./node.ts";
import { OpNode } from "./op-node.ts";
import { edgeOf } from "./view-history.ts";
import type { Vjp } from "./vjp.ts";
import { own, vjps } from "./vjps/index.ts";

/** A node for a pointwise op, not yet attached to its outputs. */
export function mapNode(name: string, formula: Formula, inputs: readonly Tensor[], scalars: readonly number[]): MapNode {
  const edges = new Array<Edge>(inputs.length);
  const slots = new Array<number>(inputs.length);
  let required = 0;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i] as Tensor;
    const edge = edgeOf(input);
    edges[i] = edge;
    slots[i] = input.outputIndex;
    if (edge) required += 2 ** i;
  }
  return new MapNode(name, mapRule(formula, required), edges, slots, inputs, scalars);
}

const hasFloat = (outputs: readonly Tensor[]): boolean => {
  for (let k = 0; k < outputs.length; k++) if (isFloat((outputs[k] as Tensor).dtype)) return true;
  return false;
};

export function recordMap(
  name: string,
  formula: Formula,
  inputs: readonly Tensor[],
  scalars: readonly number[],
  outputs: readonly Tensor[],
): void {
  if (!hasFloat(outputs)) return;
  const node = mapNode(name, formula, inputs, scalars);
  node.save(inputs, outputs);
  node.attach(outputs);
}

export function recordOp(op: RecordedOp, inputs: readonly (Tensor | null)[], attrs: unknown, outputs: readonly Tensor[]): void {
  const row = vjps[op.name];
  const rule = (row === own ? op.vjp : row) as Vjp<unknown> | null | undefined;
  if (!rule || !hasFloat(outputs)) return;
  const edges = new Array<Edge>(inputs.length);
  const slots = new Array<number>(inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i] as Tensor | null;
    edges[i] = input && edgeOf(input);
    slots[i] = input ? input.outputIndex : 0;
  }
  new OpNode(op.name, rule, edges, slots, inputs, attrs, outputs).attach(outputs, rule.differentiable);
}
