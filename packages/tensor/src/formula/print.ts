// Formulas as text, for error messages and debugging.
import { type Formula, type Node, topological } from "./nodes.ts";

const infix: Record<string, string> = {
  add: "+", sub: "-", mul: "*", div: "/", rem: "%", eq: "==", ne: "!=", lt: "<", le: "<=", and: "&", or: "|", xor: "^", shl: "<<", shr: ">>",
}; // biome-ignore format: a table

/**
 * A formula as text: inputs x0, x1 …, run-time scalars s0, s1 …, values used more than once t0, t1 …, outputs y0, y1 …
 *
 * @example
 * printFormula(formula(["float"], [], [mul(x, sigmoid(x))])); // "y0 = x0 * sigmoid(x0)"
 */
export function printFormula(formula: Formula): string {
  const order = topological(formula.outputs);
  const uses = new Map<Node, number>();
  for (const n of order) for (const arg of n.args) uses.set(arg, (uses.get(arg) ?? 0) + 1);

  const names = new Map<Node, string>();
  const lines: string[] = [];
  const write = (n: Node, nested: boolean): string => names.get(n) ?? expression(n, nested, write);
  for (const n of order) {
    if (n.args.length === 0 || (uses.get(n) ?? 0) < 2) continue;
    const text = write(n, false);
    names.set(n, `t${names.size}`);
    lines.push(`${names.get(n)} = ${text}`);
  }
  for (const [k, output] of formula.outputs.entries()) lines.push(`y${k} = ${write(output, false)}`);
  return lines.join("\n");
}

function expression(n: Node, nested: boolean, write: (arg: Node, nested: boolean) => string): string {
  const sign = infix[n.op];
  if (sign || n.op === "select") {
    const [a, b, c] = n.args.map((arg) => write(arg, true));
    const text = sign ? `${a} ${sign} ${b}` : `${a} ? ${b} : ${c}`;
    return nested ? `(${text})` : text;
  }
  switch (n.op) {
    case "input":
      return `x${n.value}`;
    case "scalar":
      return `s${n.value}`;
    case "index":
      return "index";
    case "const":
      return n.type === "bool" ? String(n.value !== 0) : Object.is(n.value, -0) ? "-0" : String(n.value);
    default: {
      const name = n.op === "cast" ? n.type : n.op === "bitcast" ? `${n.type}Bits` : (n.custom?.name ?? n.op);
      return `${name}(${n.args.map((arg) => write(arg, false)).join(", ")})`;
    }
  }
}
