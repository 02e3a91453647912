// Functions that a device lacks, written as formulas over what every device has: arithmetic, comparisons, bit operations, square root.
// For float32; each file states the source of its coefficients and the error it reaches.
import { expandCustom, type Node, type Primitive, withArgs } from "../nodes.ts";

type Lowering = (...args: Node[]) => Node;

/** Primitives that are computed from others. */
export const lowerings: { readonly [P in Primitive]?: Lowering } = {};

const known = new WeakMap<Node, Node>();

/** The same values without custom functions and without any primitive that has a lowering. */
export function lower(roots: readonly Node[]): Node[] {
  return expandCustom(roots).map(lowerNode);
}

function lowerNode(n: Node): Node {
  let found = known.get(n);
  if (!found) {
    const args = n.args.map(lowerNode);
    const lowering = lowerings[n.op as Primitive];
    found = lowering ? lowerNode(lowering(...args)) : withArgs(n, args);
    known.set(n, found);
  }
  return found;
}
