// Rows of the table as functions of numbers, with their gradients: what the tests of the table compare.
import { derivative } from "../../src/formula/derivative.ts";
import { evaluate } from "../../src/formula/evaluate.ts";
import { type Formula, formula, input, type Node, scalar } from "../../src/formula/nodes.ts";
import { binary, ternary, unary } from "../../src/formula/table.ts";

export type UnaryName = keyof typeof unary;
export type BinaryName = keyof typeof binary;
export type TernaryName = keyof typeof ternary;
export type RowName = UnaryName | BinaryName | TernaryName;

type Build = (...nodes: unknown[]) => Node;

export interface RowFunction {
  readonly formula: Formula;
  value(args: readonly number[]): number;
  /** Per argument; null where the derivative is zero everywhere. */
  gradients(args: readonly number[]): (number | null)[];
  /** Per argument, the derivative of the sum of all first derivatives. */
  secondGradients(args: readonly number[]): number[];
}

/** Not 1, so that a rule that forgets it, or divides by it, shows; a power of two, so that it leaves no rounding. */
const incoming = 2;

export function rowFunction(name: RowName, scalars: Readonly<Record<string, number>> = {}): RowFunction {
  const row = { ...unary, ...binary, ...ternary }[name];
  const [build, defaults] = (typeof row === "function" ? [row, {}] : row) as unknown as [Build, Record<string, number>];
  const arity = name in unary ? 1 : name in binary ? 2 : 3;
  const names = Object.keys(defaults);
  const values = names.map((key) => scalars[key] ?? (defaults[key] as number));
  const nodes = Array.from({ length: arity }, (_, i) => input(i, name === "where" && i === 0 ? "bool" : "float"));
  const output = build(...nodes, Object.fromEntries(names.map((key, i) => [key, scalar(i, "float")])));
  const types = names.map(() => "float" as const);
  const forward = formula(
    nodes.map((n) => n.type),
    types,
    [output],
  );

  const all = nodes.map((_, i) => i);
  const first = derivative(forward, all);
  const value = (args: readonly number[]): number => evaluate(forward)(args, values, 0)[0] as number;
  /** What the first derivative reads. */
  const reads = (args: readonly number[]): number[] =>
    first.sources.map(({ kind, index }) => (kind === "grad" ? incoming : kind === "input" ? (args[index] as number) : value(args)));

  return {
    formula: forward,
    value,
    gradients(args) {
      const got = evaluate(first.formula)(reads(args), values, 0);
      return first.outputs.map((k) => (k === null ? null : (got[k] as number) / incoming));
    },
    secondGradients(args) {
      const atFirst = evaluate(first.formula)(reads(args), values, 0);
      const second = derivative(
        first.formula,
        first.sources.map((_, i) => i),
      );
      const inputsOfSecond = second.sources.map(({ kind, index }) => {
        if (kind === "grad") return first.outputs.filter((k) => k === index).length;
        return kind === "input" ? (reads(args)[index] as number) : (atFirst[index] as number);
      });
      const got = evaluate(second.formula)(inputsOfSecond, values, 0);
      const result = args.map(() => 0);
      for (const [i, { kind, index }] of first.sources.entries()) {
        const k = second.outputs[i];
        if (kind === "grad" || k === null || k === undefined) continue;
        const flow = (got[k] as number) / incoming;
        if (kind === "input") result[index] = (result[index] as number) + flow;
        else {
          for (const [j, g] of this.gradients(args).entries()) result[j] = (result[j] as number) + flow * (g ?? 0); // y depends on x
        }
      }
      return result;
    },
  };
}
