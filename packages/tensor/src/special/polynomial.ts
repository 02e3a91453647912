// Polynomials in the formula language.
import { add, mul } from "../formula/build.ts";
import { constant, type Node } from "../formula/nodes.ts";

/** Σ cₖ·xᵏ. */
export const polynomial = (x: Node, coefficients: readonly number[]): Node =>
  coefficients.slice(0, -1).reduceRight<Node>((sum, c) => add(mul(sum, x), c), constant(coefficients.at(-1) as number, "float"));
