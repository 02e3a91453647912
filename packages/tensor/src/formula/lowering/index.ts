// Functions that a device lacks, written as formulas over what every device has: arithmetic, comparisons, bit operations, square root.
// For float32; each file states the source of its coefficients and the error it reaches.

import { expandCustom, type Node, type Primitive, withArgs } from "../nodes.ts";
import { erf, erfc } from "./erf.ts";
import { exp, exp2, expm1 } from "./exp.ts";
import { acosh, asinh, atanh, cosh, sinh, tanh } from "./hyperbolic.ts";
import { acos, asin, atan, atan2 } from "./inverse-trigonometric.ts";
import { lgamma } from "./lgamma.ts";
import { log, log1p, log2 } from "./log.ts";
import { pow } from "./pow.ts";
import { cos, sin, tan } from "./trigonometric.ts";

type Lowering = (...args: Node[]) => Node;

/** Primitives that are computed from others. */
export const lowerings = {
  exp, exp2, expm1, log, log1p, log2, pow, sin, cos, tan, asin, acos, atan, atan2,
  sinh, cosh, tanh, asinh, acosh, atanh, erf, erfc, lgamma,
} as { readonly [P in Primitive]?: Lowering }; // biome-ignore format: a table

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
