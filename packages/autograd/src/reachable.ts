// Which part of a graph lies between the roots and the inputs whose gradients are asked for.
import { type Edge, GradNode } from "./node.ts";

/** Whether a gradient along an edge is of use. */
export type IsUseful = (edge: Edge) => boolean;

export const allEdges: IsUseful = (edge) => edge !== null;

/** Edges that lead to a target. `freed` is an op on the way whose graph is gone: where it led to cannot be told. */
export function edgesTo(targets: readonly Edge[], roots: readonly Edge[]): { isUseful: IsUseful; freed: GradNode | null } {
  const useful = new Set<Edge>(targets);
  const nodes = new Set<GradNode>();
  const stack = [...roots];
  let freed: GradNode | null = null;
  while (stack.length > 0) {
    const edge = stack.pop();
    if (!(edge instanceof GradNode) || nodes.has(edge)) continue;
    nodes.add(edge);
    if (edge.freed && !useful.has(edge)) freed = edge;
    stack.push(...edge.edges);
  }
  for (const node of [...nodes].sort((a, b) => a.sequence - b.sequence)) {
    if (node.edges.some((edge) => edge && useful.has(edge))) useful.add(node);
  }
  return { isUseful: (edge) => useful.has(edge), freed };
}
