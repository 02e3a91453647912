// Formulas as WGSL. WGSL's built-ins are loose (tanh(100) may be NaN, x != x false for NaN, max may drop it), so everything that
// has a lowering is lowered to arithmetic and bit operations first, and what depends on NaN tests bits.
import { type Formula, lower, type Node, type ScalarType, topological } from "@gradkit/tensor/backend";

export const wgslType: Readonly<Record<ScalarType, string>> = { float: "f32", int: "i32", uint: "u32", bool: "bool" };

/** Where a formula's leaves come from: WGSL expressions. */
export interface Leaves {
  readonly input: (index: number) => string;
  readonly scalar: (index: number) => string;
  /** A u32. */
  readonly index: string;
}

/** Functions that emitted code may call. `opaqueZero` is 0 at run time, which compilers cannot know: they would refuse a constant NaN. */
export const prelude = /* wgsl */ `
fn hiddenZero() -> f32 { return bitcast<f32>(opaqueZero()); }
fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn maxNan(a: f32, b: f32) -> f32 { return select(max(a, b), a + b, isNan(a) || isNan(b)); }
fn minNan(a: f32, b: f32) -> f32 { return select(min(a, b), a + b, isNan(a) || isNan(b)); }
fn toInt(x: f32) -> i32 { return select(select(i32(x), 0x7fffffff, x >= 2147483648.0), 0, isNan(x)); }
fn toUint(x: f32) -> u32 { return select(select(u32(x), 0xffffffffu, x >= 4294967296.0), 0u, isNan(x)); }
fn divInt(a: i32, b: i32) -> i32 { return select(a / b, 0, b == 0); }
fn divUint(a: u32, b: u32) -> u32 { return select(a / b, 0u, b == 0u); }
fn remInt(a: i32, b: i32) -> i32 { return select(a % b, 0, b == 0); }
fn remUint(a: u32, b: u32) -> u32 { return select(a % b, 0u, b == 0u); }
// C's fmod, exact: division of the mantissas eight bits at a time. Subnormal numbers count as zeros.
fn remFloat(a: f32, b: f32) -> f32 {
  let x = bitcast<u32>(a) & 0x7fffffffu;
  let y = bitcast<u32>(b) & 0x7fffffffu;
  if (x >= 0x7f800000u || y > 0x7f800000u || y < 0x00800000u) { return bitcast<f32>(0x7fc00000u | opaqueZero()); }
  if (x < y) { return a; }
  let divisor = (y & 0x007fffffu) | 0x00800000u;
  var rest = ((x & 0x007fffffu) | 0x00800000u) % divisor;
  var exponent = x >> 23u;
  var steps = exponent - (y >> 23u);
  loop {
    if (steps == 0u || rest == 0u) { break; }
    let bits = min(steps, 8u);
    rest = (rest << bits) % divisor;
    steps -= bits;
  }
  let sign = bitcast<u32>(a) & 0x80000000u;
  if (rest == 0u) { return bitcast<f32>(sign | opaqueZero()); }
  exponent = y >> 23u;
  let shift = countLeadingZeros(rest) - 8u;
  if (exponent <= shift) { return bitcast<f32>(sign | opaqueZero()); }
  return bitcast<f32>(sign | ((exponent - shift) << 23u) | ((rest << shift) & 0x007fffffu));
}
`;

const floatBits = new Float32Array(1);
const floatWord = new Uint32Array(floatBits.buffer);

function floatLiteral(value: number): string {
  floatBits[0] = value;
  const word = floatWord[0] as number;
  const rounded = floatBits[0] as number;
  if (!Number.isFinite(rounded)) return `bitcast<f32>(0x${word.toString(16)}u | opaqueZero())`;
  return word === 0x8000_0000 ? "bitcast<f32>(0x80000000u)" : `f32(${rounded})`;
}

export function literal(value: number, type: ScalarType): string {
  if (type === "float") return floatLiteral(value);
  if (type === "bool") return value ? "true" : "false";
  return type === "int" ? `i32(${value | 0})` : `${value >>> 0}u`;
}

/** A value of one scalar type as another: as the language's `cast`. */
export function convert(code: string, from: ScalarType, to: ScalarType): string {
  if (from === to) return code;
  if (from === "bool") return `select(${literal(0, to)}, ${literal(1, to)}, ${code})`;
  if (to === "bool") return from === "float" ? `(${code} != 0.0 || isNan(${code}))` : `(${code} != ${literal(0, from)})`;
  if (from === "float") return to === "int" ? `toInt(${code})` : `toUint(${code})`;
  return `${wgslType[to]}(${code})`;
}

const typed = (float: string, int: string, uint: string) => (type: ScalarType) => (type === "float" ? float : type === "int" ? int : uint);
const remainder = typed("remFloat", "remInt", "remUint");

function notEqual(a: string, b: string, type: ScalarType): string {
  return type === "float" ? `(${a} != ${b} || isNan(${a}) || isNan(${b}))` : `(${a} != ${b})`;
}

/** Compilers fold 0·x to 0, and a NaN is lost: the zero of a product is one that they cannot see. */
const factor = (n: Node, code: string): string => (n.op === "const" && n.value === 0 && n.type === "float" ? "hiddenZero()" : code);

const logical: Readonly<Record<string, string>> = { and: "&&", or: "||", xor: "!=" };
const bitwise: Readonly<Record<string, string>> = { and: "&", or: "|", xor: "^" };

function primitive(n: Node, args: readonly string[]): string {
  const [a, b, c] = args as [string, string, string];
  const argument = (n.args[0] as Node).type;
  switch (n.op) {
    case "neg":
      return n.type === "uint" ? `(0u - ${a})` : n.type === "float" ? `(-${a})` : `(0 - ${a})`;
    case "abs":
    case "floor":
    case "ceil":
    case "trunc":
    case "round":
    case "sqrt":
      return `${n.op}(${a})`;
    case "not":
      return n.type === "bool" ? `(!${a})` : `(~${a})`;
    case "cast":
      return convert(a, argument, n.type);
    case "bitcast":
      return argument === "bool" || n.type === "bool" ? convert(a, argument, n.type) : `bitcast<${wgslType[n.type]}>(${a})`;
    case "add":
      return `(${a} + ${b})`;
    case "sub":
      return `(${a} - ${b})`;
    case "mul":
      return `(${factor(n.args[0] as Node, a)} * ${factor(n.args[1] as Node, b)})`;
    case "div":
      return n.type === "float" ? `(${factor(n.args[0] as Node, a)} / ${b})` : `${n.type === "int" ? "divInt" : "divUint"}(${a}, ${b})`;
    case "rem":
      return `${remainder(n.type)}(${a}, ${b})`;
    case "min":
    case "max":
      return n.type === "float" ? `${n.op}Nan(${a}, ${b})` : `${n.op}(${a}, ${b})`;
    case "eq":
      return `(${a} == ${b})`;
    case "ne":
      return notEqual(a, b, argument);
    case "lt":
      return `(${a} < ${b})`;
    case "le":
      return `(${a} <= ${b})`;
    case "and":
    case "or":
    case "xor":
      return n.type === "bool" ? `(${a} ${logical[n.op]} ${b})` : `(${a} ${bitwise[n.op]} ${b})`;
    case "shl":
    case "shr":
      return `(${a} ${n.op === "shl" ? "<<" : ">>"} (u32(${b}) & 31u))`;
    case "select":
      return `select(${c}, ${b}, ${a})`;
    case "madd":
      return `fma(${a}, ${b}, ${c})`;
    default:
      throw new Error(`wgsl: ${n.op} has no lowering`);
  }
}

/** Statements that compute the roots, and the expression of each. Names start with `prefix`. */
export function emitFormula(roots: readonly Node[], leaves: Leaves, prefix = "v"): { code: string; results: string[] } {
  const lowered = lower(roots);
  const names = new Map<Node, string>();
  const lines: string[] = [];
  for (const n of topological(lowered)) {
    if (n.op === "const") names.set(n, literal(n.value, n.type));
    else if (n.op === "input") names.set(n, leaves.input(n.value));
    else if (n.op === "scalar") names.set(n, leaves.scalar(n.value));
    else if (n.op === "index") names.set(n, leaves.index);
    else {
      const name = `${prefix}${lines.length}`;
      lines.push(
        `let ${name} = ${primitive(
          n,
          n.args.map((arg) => names.get(arg) as string),
        )};`,
      );
      names.set(n, name);
    }
  }
  return { code: lines.join("\n  "), results: lowered.map((root) => names.get(root) as string) };
}

const readsIndex = new WeakMap<Formula, boolean>();

/** Whether the formula reads the position of its element. */
export function usesIndex(formula: Formula): boolean {
  let found = readsIndex.get(formula);
  if (found === undefined) {
    found = topological(lower(formula.outputs)).some(({ op }) => op === "index");
    readsIndex.set(formula, found);
  }
  return found;
}
