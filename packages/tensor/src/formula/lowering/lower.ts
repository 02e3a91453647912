// Replaces primitives by formulas for them.
import { expandCustom, type Node, type Primitive, withArgs } from "../nodes.ts";

/** Primitives that are computed from others. */
export type Lowerings = { readonly [P in Primitive]?: (...args: Node[]) => Node };
/** The same values without custom functions and without any primitive that has a lowering. */
export type Lower = (roots: readonly Node[]) => Node[];

export function lowerWith(lowerings: Lowerings): Lower {
  const known = new WeakMap<Node, Node>();
  const lowered = (n: Node): Node => {
    let found = known.get(n);
    if (!found) {
      const args = n.args.map(lowered);
      const lowering = lowerings[n.op as Primitive];
      found = lowering ? lowered(lowering(...args)) : withArgs(n, args);
      known.set(n, found);
    }
    return found;
  };
  return (roots) => expandCustom(roots).map(lowered);
}
