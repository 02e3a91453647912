// Greatest common divisor and least common multiple.
import { isFloat } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { abs, eq, intDiv, mul, ne, rem, select } from "../formula/build.ts";
import type { Node } from "../formula/nodes.ts";
import { Tensor } from "../tensor.ts";
import { type Operand, pointwise } from "./pointwise.ts";

/** Euclid's algorithm takes at most as many steps as it takes to the Fibonacci number beyond 2³¹ (Lamé 1844). */
const steps = 46;

function divisor(x: Node, y: Node): Node {
  let [a, b] = [abs(x), abs(y)];
  for (let step = 0; step < steps; step++) {
    const isDone = eq(b, 0);
    [a, b] = [select(isDone, a, b), select(isDone, b, rem(a, select(isDone, 1, b)))];
  }
  return a;
}

const divisorOf = /* @__PURE__ */ pointwise("gcd", divisor);
const multipleOf = /* @__PURE__ */ pointwise("lcm", (x, y) => {
  const common = divisor(x, y);
  return select(ne(common, 0), abs(mul(intDiv(x, select(ne(common, 0), common, 1)), y)), 0);
});

function checked(op: string, operands: readonly Operand[]): void {
  const types = operands.filter((operand) => operand instanceof Tensor).map(({ dtype }) => dtype);
  if (types.some(isFloat) || types.every((dtype) => dtype === "bool"))
    throw new DTypeError(op, `expected whole numbers (got ${types.join(" and ")}). Convert with .to("int32")`);
}

/** The greatest common divisor, of 0 and 0 it is 0. Throws a DTypeError for floats, and for bools alone. */
export function gcd(x: Operand, y: Operand): Tensor {
  checked("gcd", [x, y]);
  return divisorOf(x, y);
}

/** The least common multiple, 0 where one of both is. Throws a DTypeError for floats, and for bools alone. */
export function lcm(x: Operand, y: Operand): Tensor {
  checked("lcm", [x, y]);
  return multipleOf(x, y);
}
