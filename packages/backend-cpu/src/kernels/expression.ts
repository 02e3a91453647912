// Formula nodes as vector code: four elements at a time. Floats are f32x4, ints and uints i32x4, bools masks of all ones or all zeros.
import type { Node, NodeOp, ScalarType } from "@gradkit/tensor/backend";
import { topological } from "@gradkit/tensor/backend";
import { unsupported } from "../unsupported.ts";
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { f32x4, i32x4, type V128, v128 } from "../wasm/simd.ts";
import { divideFloats, divideIntegers } from "./remainder.ts";

/** Where a formula's leaves come from, as vectors. */
export interface Leaves {
  input(index: number): V128;
  scalar(index: number): V128;
  /** The four elements' positions. */
  index(): V128;
}

export interface Expression {
  /** Runs first. */
  readonly code: Code[];
  /** One vector per root; after them those of the next leaves. */
  readonly results: V128[];
}

/**
 * Code for nodes that are free of custom functions and of whatever has a lowering; each is computed once. Several leaves give several
 * vectors, computed in turns: while one waits for a result, another computes.
 */
export function emitExpression(f: FunctionBuilder, roots: readonly Node[], ...leaves: readonly Leaves[]): Expression {
  const code: Code[] = [];
  const values = new Map<Node, V128[]>();
  const vectorOf = (n: Node, vector: number): V128 => (values.get(n) as V128[])[vector] as V128;
  const hold = (value: V128): Local<"v128"> => {
    const local = f.v128();
    code.push(local.set(value));
    return local;
  };
  const emitter: Emitter = { f, code, hold };
  for (const node of topological(roots)) {
    const constant = node.op === "const" ? emitConstant(node) : null;
    values.set(
      node,
      leaves.map((each, vector) => {
        if (constant) return constant;
        const args = node.args.map((arg) => vectorOf(arg, vector));
        return hold(emitNode(emitter, node, args, each));
      }),
    );
  }
  return { code, results: leaves.flatMap((_, vector) => roots.map((root) => vectorOf(root, vector))) };
}

/** value = fn(value), for each of them, in turns. */
export function applyNode(f: FunctionBuilder, fn: Node, ...values: readonly Local<"v128">[]): Code {
  const leaves = values.map((value) => ({ input: () => value, scalar: () => value, index: () => value }));
  const { code, results } = emitExpression(f, [fn], ...leaves);
  return [code, values.map((value, i) => value.set(results[i] as V128))];
}

export interface Emitter {
  readonly f: FunctionBuilder;
  readonly code: Code[];
  /** Computes now, into a local. */
  hold(value: V128): Local<"v128">;
}

type Rule = (emitter: Emitter, args: readonly V128[], node: Node) => V128;

function emitNode(emitter: Emitter, node: Node, args: readonly V128[], leaves: Leaves): V128 {
  switch (node.op) {
    case "input":
      return leaves.input(node.value);
    case "scalar":
      return leaves.scalar(node.value);
    case "index":
      return leaves.index();
  }
  const rule = rules[node.op];
  if (!rule) throw unsupported(node.op);
  return rule(emitter, args, node);
}

function emitConstant({ type, value }: Node): V128 {
  if (type === "float") return f32x4.const(value);
  return i32x4.const(type === "bool" ? -value : value | 0);
}

const isZero = (n: Node): boolean => n.op === "const" && Object.is(n.value, 0);
const [zero, one] = [i32x4.const(0), i32x4.const(1)];

type Unary = (a: V128) => V128;
type Binary = (a: V128, b: V128) => V128;
const argumentType = (node: Node): ScalarType => (node.args[0] as Node).type;

const unary =
  (float: Unary, int: Unary = float): Rule =>
  (_, [a], node) =>
    (argumentType(node) === "float" ? float : int)(a as V128);

const binary =
  (float: Binary, int: Binary, uint: Binary = int): Rule =>
  (_, [a, b], node) => {
    const type = argumentType(node);
    return (type === "float" ? float : type === "uint" ? uint : int)(a as V128, b as V128);
  };

/** Vector shifts take one count for all lanes; other counts go lane by lane. */
const shift =
  (vector: (a: V128, count: number) => V128, lane: typeof i32.shl): Rule =>
  ({ hold }, [a, b], node) => {
    const count = node.args[1] as Node;
    if (count.op === "const") return vector(a as V128, count.value & 31);
    const [x, y] = [hold(a as V128), hold(b as V128)];
    let result: V128 = x;
    for (let i = 0; i < 4; i++) result = i32x4.replaceLane(result, i, lane(i32x4.lane(x, i), i32x4.lane(y, i)));
    return result;
  };
const shiftLeft = shift(i32x4.shl, i32.shl);
const shiftRightSigned = shift(i32x4.shrS, i32.shrS);
const shiftRightUnsigned = shift(i32x4.shrU, i32.shrU);

/**
 * Minimum and maximum hand on NaN. With a constant on one side one instruction does it (V8 expands f32x4.min into seven): pmin and pmax
 * keep their first operand where the comparison fails. Zeros need care: max(−0, 0) is 0.
 */
const extreme =
  (exact: Binary, quick: Binary, int: Binary, uint: Binary): Rule =>
  (_, [a, b], node) => {
    if (node.type === "uint") return uint(a as V128, b as V128);
    if (node.type !== "float") return int(a as V128, b as V128);
    const constant = node.args.findIndex((arg) => arg.op === "const");
    const value = node.args[constant]?.value;
    if (value === undefined || Number.isNaN(value) || Object.is(value, -0)) return exact(a as V128, b as V128);
    const result = constant === 1 ? quick(a as V128, b as V128) : quick(b as V128, a as V128);
    return quick === f32x4.pmax && value === 0 ? f32x4.add(result, 0) : result; // −0 becomes 0
  };

const castRule: Rule = (_, [a], node) => {
  const x = a as V128;
  const from = argumentType(node);
  if (node.type === "bool") return from === "float" ? f32x4.ne(x, 0) : i32x4.ne(x, 0);
  if (from === "bool") return v128.and(x, node.type === "float" ? f32x4.const(1) : one);
  if (node.type === "float") return from === "uint" ? f32x4.fromU32(x) : f32x4.fromI32(x);
  if (from !== "float") return x; // int and uint share their bits
  return node.type === "uint" ? i32x4.truncSatF32U(x) : i32x4.truncSatF32S(x);
};

/** What an instruction or a few do; the rest has to be lowered before. */
const rules: { readonly [Op in NodeOp]?: Rule } = {
  neg: unary(f32x4.neg, i32x4.neg),
  abs: unary(f32x4.abs, i32x4.abs),
  floor: unary(f32x4.floor),
  ceil: unary(f32x4.ceil),
  trunc: unary(f32x4.trunc),
  round: unary(f32x4.nearest),
  sqrt: unary(f32x4.sqrt),
  not: unary(v128.not),
  cast: castRule,
  bitcast: (_, [a]) => a as V128,

  add: binary(f32x4.add, i32x4.add),
  sub: binary(f32x4.sub, i32x4.sub),
  mul: binary(f32x4.mul, i32x4.mul),
  div: (emitter, [a, b], node) =>
    node.type === "float" ? f32x4.div(a as V128, b as V128) : divideIntegers(emitter, a as V128, b as V128, node.type).quotient,
  rem: (emitter, [a, b], node) =>
    node.type === "float"
      ? divideFloats(emitter, a as V128, b as V128)
      : divideIntegers(emitter, a as V128, b as V128, node.type).remainder,
  min: extreme(f32x4.min, f32x4.pmin, i32x4.minS, i32x4.minU),
  max: extreme(f32x4.max, f32x4.pmax, i32x4.maxS, i32x4.maxU),
  madd: (_, [a, b, c]) => f32x4.madd(a as V128, b as V128, c as V128),

  eq: binary(f32x4.eq, i32x4.eq),
  ne: binary(f32x4.ne, i32x4.ne),
  lt: binary(f32x4.lt, i32x4.ltS, i32x4.ltU),
  le: binary(f32x4.le, i32x4.leS, i32x4.leU),
  and: binary(v128.and, v128.and),
  or: binary(v128.or, v128.or),
  xor: binary(v128.xor, v128.xor),
  shl: shiftLeft,
  shr: (emitter, args, node) => (node.type === "uint" ? shiftRightUnsigned : shiftRightSigned)(emitter, args, node),

  /** A zero on one side leaves an and of the other. */
  select: (_, [c, a, b], node) => {
    const [mask, x, y] = [c as V128, a as V128, b as V128];
    if (isZero(node.args[2] as Node)) return v128.and(x, mask);
    return isZero(node.args[1] as Node) ? v128.andNot(y, mask) : v128.laneselect(x, y, mask);
  },
};

/** Zeros and ones for a bool's mask. */
export const fromMask = (mask: V128): V128 => v128.and(mask, one);
/** A mask from bytes or ints that are not zero. */
export const toMask = (value: V128): V128 => i32x4.ne(value, zero);
