// Builders: what formulas are written with. They promote (bool < int < float), fold constants and make the few simplifications that change no
// result: nothing here may turn a NaN or an infinity into a number (no 0·x → 0, no x/x → 1).
import { type CustomFunction, constant, input, type Node, node, type Primitive, type ScalarType } from "./nodes.ts";

/** Numbers stand for constants. */
export type Operand = Node | number;

const rank: Record<ScalarType, number> = { bool: 0, int: 1, uint: 1, float: 2 };

const lift = (x: Operand): Node => (typeof x === "number" ? constant(x, Number.isInteger(x) && !Object.is(x, -0) ? "int" : "float") : x);

export function cast(x: Operand, type: ScalarType): Node {
  const n = lift(x);
  if (n.type === type) return n;
  return make("cast", type, [n]);
}

/** Reads the 32 bits as another type. */
export function bitcast(x: Operand, type: ScalarType): Node {
  const n = lift(x);
  return n.type === type ? n : make("bitcast", type, [n]);
}

function make(op: Primitive, type: ScalarType, args: readonly Node[]): Node {
  const value = args.every((arg) => arg.op === "const") ? fold(op, type, args) : null;
  return value === null ? node(op, type, args) : constant(value, type);
}

const arithmeticOfConstants: { readonly [P in Primitive]?: (a: number, b: number) => number } = {
  neg: (a) => -a,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};

/** The value of an op on constants, where it is worth knowing before the formula runs; else null. */
function fold(op: Primitive, type: ScalarType, args: readonly Node[]): number | null {
  const [a, b] = args as [Node, Node];
  if (op === "cast") {
    if (type === "float") return a.value;
    if (type === "bool") return a.value === 0 ? 0 : 1;
    const fits = Number.isInteger(a.value) && a.value === (type === "int" ? a.value | 0 : a.value >>> 0);
    return fits ? a.value + 0 : null; // + 0: no −0 among the integers
  }
  return type === "float" ? (arithmeticOfConstants[op]?.(a.value, b?.value) ?? null) : null;
}

/** The wider of two types; a number adapts to the other operand if that loses nothing. */
function common(a: Node, b: Node): ScalarType {
  if (a.type === b.type) return a.type;
  if (a.op === "const" && a.type === "int" && b.type === "uint") return "uint";
  if (b.op === "const" && b.type === "int" && a.type === "uint") return "uint";
  return rank[a.type] >= rank[b.type] ? a.type : b.type;
}

const float =
  (op: Primitive) =>
  (x: Operand): Node =>
    make(op, "float", [cast(x, "float")]);
const float2 =
  (op: Primitive) =>
  (x: Operand, y: Operand): Node =>
    make(op, "float", [cast(x, "float"), cast(y, "float")]);

/** Arithmetic on the common type; bools count as integers unless `onBool` says what they do. */
const arithmetic =
  (op: Primitive, onBool: Primitive | null = null, simplify?: (a: Node, b: Node) => Node | null) =>
  (x: Operand, y: Operand): Node => {
    const [a, b] = [lift(x), lift(y)];
    let type = common(a, b);
    if (type === "bool") {
      if (onBool) return make(onBool, "bool", [a, b]);
      type = "int";
    }
    const [l, r] = [cast(a, type), cast(b, type)];
    return simplify?.(l, r) ?? make(op, type, [l, r]);
  };

const compare =
  (op: Primitive) =>
  (x: Operand, y: Operand): Node => {
    const [a, b] = [lift(x), lift(y)];
    const shared = common(a, b);
    const type = shared === "bool" && (op === "lt" || op === "le") ? "int" : shared;
    return make(op, "bool", [cast(a, type), cast(b, type)]);
  };

const bits =
  (op: Primitive) =>
  (x: Operand, y: Operand): Node => {
    const [a, b] = [lift(x), lift(y)];
    const type = common(a, b);
    return make(op, type, [cast(a, type), cast(b, type)]);
  };

const isConst = (n: Node, value: number): boolean => n.op === "const" && Object.is(n.value, value);

export const neg = (x: Operand): Node => {
  const n = lift(x);
  if (n.op === "neg") return n.args[0] as Node;
  return make("neg", n.type === "bool" ? "int" : n.type, [n.type === "bool" ? cast(n, "int") : n]);
};
export const abs = (x: Operand): Node => {
  const n = lift(x);
  return n.type === "bool" || n.type === "uint" ? n : make("abs", n.type, [n]);
};

/** Rounding leaves whole numbers as they are. */
const rounding =
  (op: Primitive) =>
  (x: Operand): Node => {
    const n = lift(x);
    return n.type === "float" ? make(op, "float", [n]) : n;
  };
export const floor = rounding("floor");
export const ceil = rounding("ceil");
export const trunc = rounding("trunc");
export const round = rounding("round");

export const sqrt = float("sqrt");
export const exp = float("exp");
export const log = float("log");
export const log1p = float("log1p");
export const expm1 = float("expm1");
export const log2 = float("log2");
export const exp2 = float("exp2");
export const sin = float("sin");
export const cos = float("cos");
export const tan = float("tan");
export const asin = float("asin");
export const acos = float("acos");
export const atan = float("atan");
export const sinh = float("sinh");
export const cosh = float("cosh");
export const tanh = float("tanh");
export const asinh = float("asinh");
export const acosh = float("acosh");
export const atanh = float("atanh");
export const erf = float("erf");
export const erfc = float("erfc");
export const lgamma = float("lgamma");
export const atan2 = float2("atan2");

export const add = arithmetic("add", "or", (a, b) => (isConst(a, -0) ? b : isConst(b, -0) ? a : null));
export const sub = arithmetic("sub", null, (a, b) => (b.op === "const" && Object.is(b.value, 0) ? a : null));
export const mul = arithmetic("mul", "and", (a, b) => (isConst(a, 1) ? b : isConst(b, 1) ? a : null));
/** True division: integers become floats. */
export const div = (x: Operand, y: Operand): Node => {
  const [a, b] = [cast(x, "float"), cast(y, "float")];
  return isConst(b, 1) ? a : make("div", "float", [a, b]);
};
/** Division of integers, rounded toward zero. */
export const intDiv = arithmetic("div");
/** Remainder with the sign of the dividend, as C's fmod. */
export const rem = arithmetic("rem");
export const min = arithmetic("min", "and");
export const max = arithmetic("max", "or");
export const pow = (x: Operand, exponent: Operand): Node => {
  const [a, e] = [cast(x, "float"), cast(exponent, "float")];
  if (isConst(e, 1)) return a;
  return isConst(e, 2) ? mul(a, a) : make("pow", "float", [a, e]);
};
/** a·b + c, rounded once or twice: where either will do. */
export const madd = (a: Operand, b: Operand, c: Operand): Node =>
  make("madd", "float", [cast(a, "float"), cast(b, "float"), cast(c, "float")]);

export const eq = compare("eq");
export const ne = compare("ne");
export const lt = compare("lt");
export const le = compare("le");
export const gt = (x: Operand, y: Operand): Node => lt(y, x);
export const ge = (x: Operand, y: Operand): Node => le(y, x);

export const and = bits("and");
export const or = bits("or");
export const xor = bits("xor");
export const not = (x: Operand): Node => {
  const n = lift(x);
  return make("not", n.type, [n]);
};
export const shl = (x: Operand, count: Operand): Node => {
  const n = lift(x);
  return make("shl", n.type, [n, cast(count, n.type)]);
};
export const shr = (x: Operand, count: Operand): Node => {
  const n = lift(x);
  return make("shr", n.type, [n, cast(count, n.type)]);
};

/** condition ? a : b, element by element: the branch not taken leaves no trace. */
export const select = (condition: Operand, x: Operand, y: Operand): Node => {
  const [c, a, b] = [cast(condition, "bool"), lift(x), lift(y)];
  const type = common(a, b);
  const [l, r] = [cast(a, type), cast(b, type)];
  if (c.op === "const") return c.value ? l : r;
  return l === r ? l : make("select", type, [c, l, r]);
};

/**
 * A scalar function with a derivative of its own, for where the symbolic one would be numerically worse. `adjoint` gives one node per
 * argument from the incoming gradient, the arguments and the value; null, or nothing, where there is none.
 *
 * @example
 * const sigmoid = custom("sigmoid", (x) => div(1, add(1, exp(neg(x)))), (g, _args, y) => [mul(g, mul(sub(1, y), y))]);
 */
export function custom<Args extends readonly Node[]>(
  name: string,
  body: (...args: Args) => Node,
  adjoint: (g: Node, args: Args, y: Node) => readonly (Node | null)[],
): (...args: { [K in keyof Args]: Operand }) => Node {
  const definition = { name, adjoint: adjoint as unknown as CustomFunction["adjoint"] };
  return (...args) => {
    const lifted = args.map((arg) => lift(arg as Operand));
    const inner = body(...(lifted.map((arg, i) => input(i, arg.type)) as unknown as Args));
    return node("custom", inner.type, lifted, 0, definition, inner);
  };
}
