// exp for what softmax feeds it: nothing above zero, so half of the general function's care is not needed.
import { bitcast, input, madd, max, mul, type Node, shl, sub } from "@gradkit/tensor/backend";

/** Results come times this, so that none of them is subnormal; a quotient of two is not changed. */
export const expScale = 2 ** 24;

const log2e = Math.LOG2E;
const ln2High = 0.693145751953125; // 15 bits: its product with n is exact
const ln2Low = 1.428606765330187e-6;
/** Rounds to an integer, and leaves n + 127 + 24 in the low bits of the sum. */
const magic = 1.5 * 2 ** 23 + 127 + 24;
/** (exp(r) − 1 − r)/r² on |r| ≤ ln 2 / 2: the smallest maximal relative error of exp(r), 1e-7, by Lawson's iteration. */
const [first, ...rest] = [0.0083125038072, 0.041890330613, 0.16667115688, 0.499992311] as const;

/** exp(x)·2²⁴ for x ≤ 0, within 2.5 ulp, where multiply-adds are fused 5 below −10; 0 for −∞ once it is scaled back; NaN passes. */
export function expBelowZero({ relaxedSimd: fused }: { readonly relaxedSimd: boolean }): Node {
  const x = max(input(0, "float"), -104);
  const sum = madd(x, log2e, magic);
  const n = sub(sum, magic);
  // a fused x − n·ln 2 is rounded once, and ln 2 as a float32 is near enough: 150 times 2e-9
  const r = fused ? madd(n, -Math.LN2, x) : madd(n, -ln2Low, madd(n, -ln2High, x));
  const polynomial = [...rest, 1, 1].reduce<Node | number>((p, coefficient) => madd(p, r, coefficient), first) as Node;
  return mul(polynomial, bitcast(shl(bitcast(sum, "int"), 23), "float"));
}
