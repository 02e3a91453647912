// Which part of a graph lies between the roots and the inputs whose gradients are asked for.
import { type Edge, GradNode } from "./node.ts";

/** Tells for each edge whether a gradient along it is of use: all of them without a list of targets. */
export function usefulEdges(roots: readonly Edge[], targets: readonly Edge[] | null): (edge: Edge) => boolean {
  if (!targets) return (edge) => edge !== null;
  const useful = new Set<Edge>(targets);
  const nodes = new Set<GradNode>();
  const stack = [...roots];
  while (stack.length > 0) {
    const edge = stack.pop();
    if (!(edge instanceof GradNode) || nodes.has(edge)) continue;
    edge.checkAlive();
    nodes.add(edge);
    stack.push(...edge.edges);
  }
  for (const node of [...nodes].sort((a, b) => a.sequence - b.sequence)) {
    if (node.edges.some((edge) => edge && useful.has(edge))) useful.add(node);
  }
  return (edge) => useful.has(edge);
}
