// What a formula means, in float64: the reference backend's ground, and the oracle of every compiler of formulas.
import { expandCustom, type Formula, type Node, type Primitive, type ScalarType, topological } from "./nodes.ts";
import { erf, erfc, lgamma } from "./special.ts";

type Operation = (a: number, b: number, c: number) => number;

const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(4));

/** What fits into 32 bits; the rest wraps. Bools are 0 and 1. */
const wrap: Record<ScalarType, (x: number) => number> = {
  float: (x) => x,
  int: (x) => x | 0,
  uint: (x) => x >>> 0,
  bool: (x) => (x !== 0 ? 1 : 0),
};

/** Floats out of the integers' range go to its nearest end, NaN to 0, as WebAssembly's saturating conversions. */
function saturate(x: number, type: ScalarType): number {
  const [low, high] = type === "int" ? [-0x8000_0000, 0x7fff_ffff] : [0, 0xffff_ffff];
  return Number.isNaN(x) ? 0 : Math.trunc(Math.min(Math.max(x, low), high)) + 0; // + 0: no −0 among the integers
}

const toBits = (x: number, from: ScalarType): number => {
  if (from !== "float") return x | 0;
  bits.setFloat32(0, x);
  return bits.getInt32(0);
};

const fromBits = (x: number, to: ScalarType): number => {
  if (to !== "float") return wrap[to](x);
  bits.setInt32(0, x);
  return bits.getFloat32(0);
};

const roundHalfEven = (x: number): number => {
  if (Math.abs(x) >= 2 ** 52 || !Number.isFinite(x)) return x;
  const magic = x < 0 ? -(2 ** 52) : 2 ** 52; // beyond it a float64 has no fraction bits, and the addition rounds half to even
  const rounded = x + magic - magic;
  return rounded === 0 ? x * 0 : rounded; // keeps the sign of −0.3 → −0
};

/** C's pow: where JavaScript says NaN, 1 to any power and −1 to ±∞ are 1. */
const power = (x: number, y: number): number => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y);

function wrapped(type: ScalarType, f: (a: number, b: number) => number): Operation {
  const fit = wrap[type];
  return type === "float" ? f : (a, b) => fit(f(a, b));
}

const integer = (type: ScalarType, f: (a: number, b: number) => number): Operation => (type === "uint" ? (a, b) => f(a, b) >>> 0 : f);

/** Each primitive's meaning, given its own type and that of its first argument. */
const meaning: { readonly [P in Primitive]: (type: ScalarType, argument: ScalarType) => Operation } = {
  neg: (type) => wrapped(type, (x) => -x),
  abs: (type) => wrapped(type, (x) => Math.abs(x)),
  floor: () => Math.floor,
  ceil: () => Math.ceil,
  trunc: () => Math.trunc,
  round: () => roundHalfEven,
  sqrt: () => Math.sqrt,
  exp: () => Math.exp,
  log: () => Math.log,
  log1p: () => Math.log1p,
  expm1: () => Math.expm1,
  log2: () => Math.log2,
  exp2: () => (x) => 2 ** x,
  sin: () => Math.sin,
  cos: () => Math.cos,
  tan: () => Math.tan,
  asin: () => Math.asin,
  acos: () => Math.acos,
  atan: () => Math.atan,
  sinh: () => Math.sinh,
  cosh: () => Math.cosh,
  tanh: () => Math.tanh,
  asinh: () => Math.asinh,
  acosh: () => Math.acosh,
  atanh: () => Math.atanh,
  erf: () => erf,
  erfc: () => erfc,
  lgamma: () => lgamma,
  not: (type) => (type === "bool" ? (x) => 1 - x : integer(type, (x) => ~x)),
  cast: (type, from) => (from === "float" && (type === "int" || type === "uint") ? (x) => saturate(x, type) : wrap[type]),
  bitcast: (type, from) => (x) => fromBits(toBits(x, from), type),

  add: (type) => wrapped(type, (a, b) => a + b),
  sub: (type) => wrapped(type, (a, b) => a - b),
  mul: (type) => (type === "float" ? (a, b) => a * b : integer(type, Math.imul)),
  div: (type) => wrapped(type, (a, b) => a / b),
  rem: (type) => wrapped(type, (a, b) => a % b),
  min: () => (a, b) => Math.min(a, b),
  max: () => (a, b) => Math.max(a, b),
  pow: () => power,
  atan2: () => Math.atan2,

  eq: () => (a, b) => (a === b ? 1 : 0),
  ne: () => (a, b) => (a !== b ? 1 : 0),
  lt: () => (a, b) => (a < b ? 1 : 0),
  le: () => (a, b) => (a <= b ? 1 : 0),
  and: (type) => integer(type, (a, b) => a & b),
  or: (type) => integer(type, (a, b) => a | b),
  xor: (type) => integer(type, (a, b) => a ^ b),
  shl: (type) => integer(type, (a, b) => a << b),
  shr: (type) => (type === "uint" ? (a, b) => a >>> b : (a, b) => a >> b),
  select: () => (condition, a, b) => (condition !== 0 ? a : b),
  madd: () => (a, b, c) => a * b + c,
};

/** The float64 value of one primitive; integers wrap to 32 bits, and dividing one by zero gives 0. */
export function evaluatePrimitive(op: Primitive, type: ScalarType, args: readonly Node[], values: readonly number[]): number {
  const [a = 0, b = 0, c = 0] = values;
  return meaning[op](type, args[0]?.type ?? type)(a, b, c);
}

/** One element's outputs from its inputs and the run-time scalars; `index` is what the formula's `index` node reads. */
export type Evaluator = (inputs: ArrayLike<number>, scalars: ArrayLike<number>, index: number) => readonly number[];

const evaluators = new WeakMap<Formula, Evaluator>();

/** A formula as a function of numbers, compiled once. */
export function evaluate(formula: Formula): Evaluator {
  let found = evaluators.get(formula);
  if (!found) {
    found = compile(formula);
    evaluators.set(formula, found);
  }
  return found;
}

function compile(formula: Formula): Evaluator {
  const roots = expandCustom(formula.outputs);
  const order = topological(roots);
  const slots = new Map(order.map((n, slot) => [n, slot]));
  const slotOf = (n: Node | undefined): number => (n ? (slots.get(n) as number) : 0);

  const values = new Float64Array(order.length);
  const loads: { slot: number; node: Node }[] = [];
  const operations: Operation[] = [];
  const wiring: number[] = []; // per operation: target, three arguments
  for (const [slot, n] of order.entries()) {
    if (n.op === "const") values[slot] = n.value;
    else if (n.op === "input" || n.op === "scalar" || n.op === "index") loads.push({ slot, node: n });
    else {
      operations.push(meaning[n.op as Primitive](n.type, (n.args[0] as Node).type));
      wiring.push(slot, slotOf(n.args[0]), slotOf(n.args[1]), slotOf(n.args[2]));
    }
  }
  const outputs = roots.map(slotOf);
  const read = (slot: number | undefined): number => values[slot as number] as number;

  return (inputs, scalars, index) => {
    for (const { slot, node } of loads) {
      values[slot] = node.op === "index" ? index : ((node.op === "input" ? inputs : scalars)[node.value] as number);
    }
    for (let i = 0, w = 0; i < operations.length; i++, w += 4) {
      values[wiring[w] as number] = (operations[i] as Operation)(read(wiring[w + 1]), read(wiring[w + 2]), read(wiring[w + 3]));
    }
    return outputs.map(read);
  };
}
