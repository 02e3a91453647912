// One check of a module's gradients: a module, float64 inputs, and how it is called where `module.call(...inputs)` is not it.
import { Generator, type Tensor, tensor } from "@gradkit/tensor";
import type { Module } from "../../src/index.ts";

export interface Row {
  readonly module: Module;
  readonly inputs: readonly Tensor[];
  readonly run: (...inputs: Tensor[]) => readonly Tensor[];
}

type Callable = Module & { forward(...inputs: never[]): Tensor | readonly (Tensor | null)[] };

/** Calls the module with the inputs, and `rest` behind them. */
export const row = (module: Callable, inputs: readonly Tensor[], ...rest: unknown[]): Row => ({
  module,
  inputs,
  run: (...given) => [module.call(...([...given, ...rest] as never[]))].flat().filter((output) => output !== null) as Tensor[],
});

/** A layer that draws random numbers: `make` gives it a generator that starts anew at every call, so that each call draws the same. */
export const seededRow = (make: (generator: Generator) => Callable, input: Tensor): Row => ({
  module: make(new Generator(0)),
  inputs: [input],
  run: (x) => [make(new Generator(0)).call(...([x] as never[])) as Tensor],
});

/** Whole numbers: ids, classes, lengths. */
export const whole = (data: readonly number[] | readonly (readonly number[])[]): Tensor => tensor(data as number[], { dtype: "int32" });
