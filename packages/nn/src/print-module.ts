// A module as PyTorch prints it.
import { ownModules } from "./members.ts";
import type { Module } from "./module.ts";

const indent = (text: string): string => text.replaceAll("\n", "\n  ");

export type PrintedChild = readonly [name: string, text: string];

const oneEach = (children: readonly PrintedChild[]): string[] => children.map(([name, text]) => `(${name}): ${text}`);

/** `Linear(in_features=3, out_features=4, bias=True)`; modules with children take several lines. */
export function printModule(module: Module, linesOf = oneEach): string {
  const extra = module.extraRepr();
  const children = ownModules(module).map(([name, child]): PrintedChild => [name, indent(child.toString())]);
  const lines = linesOf(children);
  const { name } = module.constructor;
  if (lines.length === 0) return `${name}(${extra})`;
  return `${name}(\n  ${[...(extra === "" ? [] : [extra]), ...lines].join("\n  ")}\n)`;
}

/** A number as Python prints a float. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${value}.0`;
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

/** `true` as Python prints it. */
export const pythonBool = (value: boolean): string => (value ? "True" : "False");

/** A list of sizes as Python prints a tuple. */
export const pythonTuple = (values: readonly number[]): string => `(${values.join(", ")}${values.length === 1 ? "," : ""})`;
