// A formula is a small DAG of shared scalar nodes: plain data, interned, so equal formulas are the same object and have one id.

/** What a formula computes in. What a view stores (float16, uint8 …) is converted on load and on store. */
export type ScalarType = "float" | "int" | "uint" | "bool";

/**
 * The operations every backend implements. `T` is the node's own type.
 * - float only: sqrt … atan2, floor ceil trunc round (half to even), madd (a·b + c, rounded once or twice: the backend's choice)
 * - any number: neg abs add sub mul div rem min max. Integers wrap to 32 bits; integer div truncates; rem has the dividend's sign; min and max hand on NaN
 * - compare (bool out): eq ne lt le. IEEE: false with NaN, except ne
 * - bool, int, uint: and or xor not. int, uint: shl shr (arithmetic on int, logical on uint; the count is taken modulo 32)
 * - select(condition, a, b); cast (float → int truncates, → bool is ≠ 0); bitcast between the 32-bit types
 */
export type Primitive = (typeof primitives)[number];

export const primitives = [
  "neg", "abs", "floor", "ceil", "trunc", "round", "sqrt", "exp", "log", "log1p", "expm1", "log2", "exp2",
  "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
  "erf", "erfc", "lgamma", "not", "cast", "bitcast",
  "add", "sub", "mul", "div", "rem", "min", "max", "pow", "atan2",
  "eq", "ne", "lt", "le", "and", "or", "xor", "shl", "shr",
  "select", "madd",
] as const; // biome-ignore format: a table

/**
 * Leaves: `input` (value = which tensor), `scalar` (value = which run-time scalar), `const` (value = itself), `index` (uint: the row-major
 * position of the element in the iterated shape). `custom` is a function with a derivative of its own: `body` is what it computes.
 */
export type NodeOp = Primitive | "input" | "scalar" | "const" | "index" | "custom";

export interface Node {
  readonly id: number;
  readonly op: NodeOp;
  readonly type: ScalarType;
  readonly args: readonly Node[];
  readonly value: number;
  readonly body: Node | null;
  readonly custom: CustomFunction | null;
}

/** A scalar function that brings its own derivative: `adjoint(g, args, y)` gives one node per argument, or null where there is none. */
export interface CustomFunction {
  readonly name: string;
  readonly adjoint: (g: Node, args: readonly Node[], y: Node) => readonly (Node | null)[];
}

/** A function of tensors' elements and run-time scalars, with one or several outputs. `id` is dense: backends use it as a cache key. */
export interface Formula {
  readonly id: number;
  readonly inputs: readonly ScalarType[];
  readonly scalars: readonly ScalarType[];
  readonly outputs: readonly Node[];
}

const nodes = new Map<string, Node>();
const formulas = new Map<string, Formula>();
const customs = new Map<CustomFunction, number>();
const numberBits = new DataView(new ArrayBuffer(8));

/** Tells apart what === cannot (−0 from 0) and joins what it parts (NaN). */
function numberKey(value: number): string {
  if (Number.isInteger(value) && !Object.is(value, -0)) return String(value);
  numberBits.setFloat64(0, value);
  return numberBits.getBigUint64(0).toString(36);
}

/** Two functions with one name may differ in their derivatives. */
function customId(custom: CustomFunction): number {
  let id = customs.get(custom);
  if (id === undefined) {
    id = customs.size;
    customs.set(custom, id);
  }
  return id;
}

export function node(
  op: NodeOp,
  type: ScalarType,
  args: readonly Node[],
  value = 0,
  custom: CustomFunction | null = null,
  body: Node | null = null,
): Node {
  let key = `${op}:${type}:${numberKey(value)}`;
  for (const arg of args) key += `,${arg.id}`;
  if (custom) key += `;${customId(custom)}:${body?.id}`;
  let found = nodes.get(key);
  if (!found) {
    found = Object.freeze({ id: nodes.size, op, type, args, value, body, custom });
    nodes.set(key, found);
  }
  return found;
}

export const input = (index: number, type: ScalarType): Node => node("input", type, [], index);
export const scalar = (index: number, type: ScalarType): Node => node("scalar", type, [], index);
export const constant = (value: number, type: ScalarType = "float"): Node => node("const", type, [], value);
export const index: Node = node("index", "uint", []);

export function formula(inputs: readonly ScalarType[], scalars: readonly ScalarType[], outputs: readonly Node[]): Formula {
  const key = `${inputs.join()}|${scalars.join()}|${outputs.map((output) => output.id).join()}`;
  let found = formulas.get(key);
  if (!found) {
    found = Object.freeze({ id: formulas.size, inputs, scalars, outputs });
    formulas.set(key, found);
  }
  return found;
}

const typeCodes: Readonly<Record<ScalarType, number>> = { float: 0, int: 1, uint: 2, bool: 3 };

/** A family of formulas, one for each type or pair of types, each made when it is first asked for: interning one costs more than a small op. */
export function perType(make: (type: ScalarType, other: ScalarType) => Formula): (type: ScalarType, other?: ScalarType) => Formula {
  const made: Formula[] = [];
  return (type, other = type) => (made[4 * typeCodes[type] + typeCodes[other]] ??= make(type, other));
}

/** Rebuilds a DAG bottom-up, each shared node once. `visit` gets the node and its rebuilt arguments. */
export function transform(roots: readonly Node[], visit: (node: Node, args: readonly Node[]) => Node): Node[] {
  const done = new Map<Node, Node>();
  const walk = (n: Node): Node => {
    let result = done.get(n);
    if (!result) {
      result = visit(n, n.args.map(walk));
      done.set(n, result);
    }
    return result;
  };
  return roots.map(walk);
}

/** The same node with other arguments. */
export const withArgs = (n: Node, args: readonly Node[]): Node =>
  args.every((arg, i) => arg === n.args[i]) ? n : node(n.op, n.type, args, n.value, n.custom, n.body);

/**
 * Replaces every custom function by what it computes: what a backend compiles. Bodies are written over inputs 0 … arity − 1.
 */
export function expandCustom(roots: readonly Node[]): Node[] {
  return transform(roots, (n, args) => {
    if (n.op !== "custom") return withArgs(n, args);
    const [body] = transform([n.body as Node], (inner, innerArgs) =>
      inner.op === "input" ? (args[inner.value] as Node) : withArgs(inner, innerArgs),
    );
    return expandCustom([body as Node])[0] as Node;
  });
}

/** Nodes in evaluation order, each once, arguments first. */
export function topological(roots: readonly Node[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const walk = (n: Node): void => {
    if (seen.has(n)) return;
    seen.add(n);
    for (const arg of n.args) walk(arg);
    order.push(n);
  };
  for (const root of roots) walk(root);
  return order;
}
