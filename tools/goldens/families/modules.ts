// Layers: load the state strictly, warm up the running statistics, call, and compare outputs, gradients and buffers.
import { noGrad } from "@gradkit/tensor";
import { compareValue, scaled, type Tolerance } from "../compare.ts";
import { construct, layoutForward, type Module, stateOf } from "../modules.ts";
import { Mismatch } from "../outcome.ts";
import type { Case } from "../reader.ts";
import { type Args, decode, decodeArgs, type TensorValue, tensorAt, toTensor } from "../values.ts";
import { type Context, checkGradients, checkOutputs, type Expected, type Family, gradientsOf } from "./context.ts";

export interface ModuleCase extends Case, Args, Expected {
  readonly module: string;
  readonly ctor: Args;
  readonly stateDict: readonly (readonly [name: string, value: TensorValue])[];
  readonly warmup: readonly (readonly unknown[])[];
  readonly train: boolean;
  readonly gradTol: Tolerance;
  readonly paramGrads: Readonly<Record<string, unknown>>;
  readonly inputGrads: Readonly<Record<string, unknown>>;
  readonly buffersAfter?: Readonly<Record<string, unknown>>;
}

/** Strict, with names in PyTorch's order. */
export function loadState(module: Module, state: ModuleCase["stateDict"]): void {
  const got = stateOf(module).map(([name]) => name);
  const expected = state.map(([name]) => name);
  if (got.join() !== expected.join()) throw new Mismatch(`state dict: got names [${got}], expected [${expected}]`);
  module.loadStateDict(Object.fromEntries(state.map(([name, value]) => [name, toTensor(value)])));
}

async function checkBuffers(module: Module, { buffersAfter = {}, tol }: ModuleCase, { slack }: Context): Promise<void> {
  const state = new Map(stateOf(module));
  for (const [name, expected] of Object.entries(buffersAfter))
    await compareValue(state.get(name), expected, scaled(tol, slack), `buffer ${name}`);
}

export const modules: Family<ModuleCase> = async (golden, context) => {
  const { library } = context;
  const module = construct(golden.module, decodeArgs(golden.ctor, library), library);
  loadState(module, golden.stateDict);
  module.train(true);
  for (const args of golden.warmup) noGrad(() => module.call(...args.map((arg) => decode(arg, library))));
  module.train(golden.train);

  const values = decodeArgs(golden, library);
  const inputPaths = Object.entries(golden.inputGrads);
  const parameterNames = Object.entries(golden.paramGrads);
  const parameters = new Map(module.namedParameters());
  const inputs = inputPaths.map(([path]) => tensorAt(values, path).requiresGrad_());
  const outputs = await checkOutputs(module.call(...layoutForward(golden.module, values)), golden, context);
  const targets = [...inputs, ...parameterNames.map(([name]) => parameters.get(name) ?? missing(name))];
  if (targets.length > 0)
    await checkGradients(gradientsOf(outputs, golden, targets, context), [...inputPaths, ...parameterNames], golden, context);
  await checkBuffers(module, golden, context);
};

function missing(name: string): never {
  throw new Mismatch(`no parameter ${name}`);
}
