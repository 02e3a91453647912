// Pointwise ops from formulas: the rows of formula/table.ts become functions on tensors here, and so does what users write with `pointwise`.
import { type DType, dtypeInfo, dtypes, isFloat, promoteTypes } from "../dtype.ts";
import { DTypeError, GradkitError } from "../errors.ts";
import { cast } from "../formula/build.ts";
import { type Formula, formula, input, type Node, type ScalarType, scalar } from "../formula/nodes.ts";
import { binary, ternary, unary } from "../formula/table.ts";
import { notATensor } from "../operand.ts";
import { castTogether, operandCasts } from "../operand-casts.ts";
import { Tensor } from "../tensor.ts";
import { mapFormula, mapInPlace } from "./map.ts";

/** A tensor, or a number: numbers are run-time scalars that adapt to the tensors' dtype, as Python numbers do in PyTorch. */
export type Operand = Tensor | number | boolean;

/** Run-time scalars by name. */
export type Scalars = Readonly<Record<string, number>>;

type Build = (...args: never[]) => Node | readonly Node[];

interface Plan {
  readonly formula: Formula;
  readonly dtypes: readonly DType[];
}

interface PointwiseOp {
  readonly name: string;
  readonly build: Build;
  /** How many operands it takes; null for what users define. */
  readonly arity: number | null;
  readonly scalarNames: string[];
  readonly defaults: Scalars;
  /** By the dtypes of the operands. */
  readonly plans: Map<number, Plan>;
}

const CODES = 16; // dtype codes 0–5, + 6 for rank 0, 12–14 for numbers
const INT_NUMBER = 12;
const FLOAT_NUMBER = 13;
const BOOL_VALUE = 14;

function codeOf(op: string, operand: Operand): number {
  if (operand instanceof Tensor) return dtypeInfo(operand.dtype).code + (operand.shape.length === 0 ? 6 : 0);
  if (typeof operand === "number") return Number.isInteger(operand) ? INT_NUMBER : FLOAT_NUMBER;
  if (typeof operand === "boolean") return BOOL_VALUE;
  throw notATensor(op, operand);
}

/** As torch.result_type, within one category: dims beat rank 0, and tensors beat numbers. */
function resultDType(type: ScalarType, operands: readonly Operand[]): DType {
  if (type === "bool") return "bool";
  const wanted = type === "float" ? "float" : "int";
  let [full, rank0]: (DType | null)[] = [null, null];
  for (const operand of operands) {
    if (!(operand instanceof Tensor) || dtypes[operand.dtype].scalar !== wanted) continue;
    if (operand.shape.length > 0) full = full ? promoteTypes(full, operand.dtype) : operand.dtype;
    else rank0 = rank0 ? promoteTypes(rank0, operand.dtype) : operand.dtype;
  }
  return full ?? rank0 ?? (wanted === "float" ? "float32" : "int32");
}

/** Scalar nodes by name, made as the formula asks for them. */
function scalarNodes(op: PointwiseOp): Record<string, Node> {
  return new Proxy({} as Record<string, Node>, {
    get(_target, key) {
      const name = String(key);
      let at = op.scalarNames.indexOf(name);
      if (at < 0) at = op.scalarNames.push(name) - 1;
      return scalar(at, "float");
    },
  });
}

function makePlan(op: PointwiseOp, operands: readonly Operand[]): Plan {
  if (op.arity !== null && operands.length !== op.arity)
    throw new GradkitError(op.name, `expected ${op.arity} operand${op.arity > 1 ? "s" : ""} (got ${operands.length})`);
  const named = scalarNodes(op);
  const anyFloat = operands.some((operand) => operand instanceof Tensor && isFloat(operand.dtype));
  const inputs: ScalarType[] = [];
  const numbers: ScalarType[] = [];
  const build = (firstNumber: number): Node[] => {
    inputs.length = 0;
    numbers.length = 0;
    const args = operands.map((operand) => {
      if (operand instanceof Tensor) return input(inputs.push(dtypes[operand.dtype].scalar) - 1, dtypes[operand.dtype].scalar);
      const type = typeof operand === "boolean" ? "bool" : anyFloat || !Number.isInteger(operand) ? "float" : "int";
      return scalar(firstNumber + numbers.push(type) - 1, type);
    });
    return [(op.build as (...args: unknown[]) => Node | Node[])(...args, named)].flat();
  };
  build(0); // finds the names of the scalars, which come before the numbers
  const outputs = build(op.scalarNames.length);
  return {
    formula: formula([...inputs], [...op.scalarNames.map((): ScalarType => "float"), ...numbers], outputs),
    dtypes: outputs.map((output) => resultDType(output.type, operands)),
  };
}

function planFor(op: PointwiseOp, operands: readonly Operand[]): Plan {
  let key = operands.length;
  for (let i = 0; i < operands.length; i++) key = key * CODES + codeOf(op.name, operands[i] as Operand);
  let plan = op.plans.get(key);
  if (!plan) {
    plan = makePlan(op, operands);
    op.plans.set(key, plan);
  }
  return plan;
}

const noScalars: readonly number[] = [];

function scalarValues(op: PointwiseOp, plan: Plan, operands: readonly Operand[], options: Scalars | undefined): readonly number[] {
  if (!options && plan.formula.scalars.length === 0) return noScalars;
  for (const name in options) {
    if (!op.scalarNames.includes(name))
      throw new DTypeError(
        op.name,
        `there is no option ${name}. ${op.scalarNames.length > 0 ? `It takes ${op.scalarNames.join(", ")}` : "It takes none"}`,
      );
  }
  const values = new Array<number>(plan.formula.scalars.length);
  let at = 0;
  for (const name of op.scalarNames) {
    const value = options?.[name] ?? op.defaults[name];
    if (value === undefined) throw new DTypeError(op.name, `the scalar ${name} is missing. Pass it as { ${name}: … } after the tensors`);
    values[at++] = value;
  }
  for (const operand of operands) if (!(operand instanceof Tensor)) values[at++] = Number(operand);
  return values;
}

const tensorsOf = (plan: Plan, operands: readonly Operand[]): readonly Tensor[] =>
  plan.formula.inputs.length === operands.length ? (operands as Tensor[]) : operands.filter((operand) => operand instanceof Tensor);

/** `args` ends in the options, if there are any, and is the call's own list. */
function call(op: PointwiseOp, args: (Operand | Scalars)[]): Tensor[] {
  const casts = operandCasts();
  if (casts) return castTogether(casts, op, args, call, null);
  const options = takeOptions(args);
  const operands = args as Operand[];
  const plan = planFor(op, operands);
  const tensors = tensorsOf(plan, operands);
  if (tensors.length === 0)
    throw new DTypeError(op.name, "no tensor among the operands. Numbers alone have no device; wrap one in tensor(…)");
  return mapFormula(op.name, plan.formula, tensors, scalarValues(op, plan, operands, options), plan.dtypes);
}

function callInPlace(op: PointwiseOp, args: [Tensor, ...(Operand | Scalars)[]]): Tensor {
  const [target] = args;
  const options = takeOptions(args);
  const operands = args as Operand[];
  const plan = planFor(op, operands);
  const [dtype] = plan.dtypes as [DType];
  if (dtypes[dtype].scalar !== dtypes[target.dtype].scalar && promoteTypes(dtype, target.dtype) !== target.dtype) {
    throw new DTypeError(
      `${op.name}_`,
      `the result is ${dtype}, which does not fit in place into ${target.dtype}. Use ${op.name} without _`,
    );
  }
  return mapInPlace(
    `${op.name}_`,
    withType(plan.formula, dtypes[target.dtype].scalar),
    target,
    tensorsOf(plan, operands),
    scalarValues(op, plan, operands, options),
  );
}

const withType = (f: Formula, type: ScalarType): Formula =>
  f.outputs[0]?.type === type
    ? f
    : formula(
        f.inputs,
        f.scalars,
        f.outputs.map((output) => cast(output, type)),
      );

const makeOp = (name: string, arity: number | null, build: Build, defaults: Scalars = {}): PointwiseOp => ({
  name,
  arity,
  build,
  defaults,
  scalarNames: Object.keys(defaults),
  plans: new Map(),
});

/** What a user's formula gets: a node for each tensor or number; the last argument holds the scalars by name, and can be destructured. */
// biome-ignore lint/suspicious/noExplicitAny: `{ beta }` must be a Node under noUncheckedIndexedAccess too, where an index signature adds undefined to any other type
export type FormulaArgument = Node & Readonly<Record<string, any>>;

/** Takes the options object off the end of an argument list: a plain one, all else was meant as an operand. */
function takeOptions(args: (Operand | Scalars)[]): Scalars | undefined {
  const last = args[args.length - 1];
  if (typeof last !== "object" || last instanceof Tensor || Object.getPrototypeOf(last ?? 0) !== Object.prototype) return undefined;
  args.pop();
  return last;
}

/** A tensor for each node that the formula gives. */
type OutputsOf<R> = R extends Node ? Tensor : { -readonly [K in keyof R]: Tensor };

/**
 * Your own pointwise op, from one formula: fused, differentiable and broadcast on every backend. Tensors come first, run-time scalars by name.
 * A formula of several results, in an array, gives as many tensors from one kernel.
 *
 * @example
 * const swish = pointwise("swish", (x, { beta }) => mul(x, sigmoid(mul(beta, x))));
 * swish(tensor([1, 2]), { beta: 1.5 });
 */
export function pointwise<R extends Node | readonly [Node, Node, ...Node[]]>(
  name: string,
  build: (...args: FormulaArgument[]) => R,
): (...args: (Operand | Scalars)[]) => OutputsOf<R> {
  const op = makeOp(name, null, build);
  return (...args) => {
    const outputs = call(op, args);
    return (outputs.length === 1 ? outputs[0] : outputs) as OutputsOf<R>;
  };
}

type Row = Build | readonly [Build, Scalars];
type OptionsOf<R> = R extends readonly [unknown, infer S] ? { readonly [K in keyof S]?: number } : never;
type WithOptions<Required extends unknown[], R> = [OptionsOf<R>] extends [never] ? Required : [...Required, options?: OptionsOf<R>];

type Functions<Table, Required extends unknown[]> = { readonly [K in keyof Table]: (...args: WithOptions<Required, Table[K]>) => Tensor };

export type PointwiseFunctions = Functions<typeof unary, [x: Tensor]> &
  Functions<typeof binary, [x: Operand, y: Operand]> &
  Functions<typeof ternary, [x: Operand, y: Operand, z: Operand]>;

type PointwiseFunction = (...args: (Operand | Scalars)[]) => Tensor;

function asMethod(run: PointwiseFunction): PointwiseFunction {
  return function (this: Tensor, ...rest): Tensor {
    return run(this, ...rest);
  };
}

const functions: Record<string, PointwiseFunction> = {};
const methods: Record<string, PointwiseFunction> = {};
const tables: readonly Readonly<Record<string, Row>>[] = [unary, binary, ternary];
for (let arity = 1; arity <= 3; arity++) {
  const rows = tables[arity - 1] as Readonly<Record<string, Row>>;
  for (const name in rows) {
    const row = rows[name] as Row;
    const op = typeof row === "function" ? makeOp(name, arity, row) : makeOp(name, arity, row[0], row[1]);
    functions[name] = (...args) => call(op, args)[0] as Tensor;
    methods[name] = asMethod(functions[name]);
    methods[`${name}_`] = asMethod((...args) => callInPlace(op, args as [Tensor, ...Operand[]]));
  }
}

/** Every row of the table as a function of tensors and numbers. */
export const pointwiseFunctions = functions as unknown as PointwiseFunctions;

type Methods<Table, Rest extends unknown[]> = { [K in keyof Table]: (...args: WithOptions<Rest, Table[K]>) => Tensor };
type InPlaceMethods<Table, Rest extends unknown[]> = {
  [K in keyof Table & string as `${K}_`]: (...args: WithOptions<Rest, Table[K]>) => Tensor;
};
type AllMethods<Table, Rest extends unknown[]> = Methods<Table, Rest> & InPlaceMethods<Table, Rest>;

export type PointwiseMethods = AllMethods<typeof unary, []> &
  AllMethods<typeof binary, [other: Operand]> &
  AllMethods<typeof ternary, [y: Operand, z: Operand]>;

/** The same as methods: the tensor is the first operand; with a trailing _ the result is written over it. */
export const pointwiseMethods = methods as unknown as PointwiseMethods;
