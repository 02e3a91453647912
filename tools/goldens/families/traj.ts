// Whole training runs: the thermometer regression of "Deep Learning with PyTorch" (chapter 5), and small networks step by step.
import { type Tensor, tensor } from "@gradkit/tensor";
import { compareNumber, compareValue, type Tolerance } from "../compare.ts";
import { construct } from "../modules.ts";
import { Inexpressible } from "../outcome.ts";
import type { Case } from "../reader.ts";
import { type TensorValue, toTensor } from "../values.ts";
import { buildArchitecture } from "./architectures.ts";
import type { Context, Family } from "./context.ts";
import { loadState } from "./modules.ts";
import { makeOptimizer } from "./optim.ts";

type Kwargs = Readonly<Record<string, unknown>>;
/** Infinity and NaN are strings in the files. */
type Recorded = number | string;

interface ThermometerCase extends Case {
  readonly kind: "thermometer";
  readonly t_c: readonly number[];
  readonly t_u: readonly number[];
  readonly inputScale: number;
  readonly optimizer: string;
  readonly kwargs: Kwargs;
  readonly epochs: number;
  /** By epoch, counted from 1. */
  readonly losses: Readonly<Record<string, Recorded>>;
  readonly params: Readonly<Record<string, readonly Recorded[]>>;
  readonly tol: Tolerance;
}

interface TrainingCase extends Case {
  readonly kind: "training";
  readonly arch: string;
  readonly options: Kwargs;
  readonly optimizer: string;
  readonly kwargs: Kwargs;
  readonly loss: string;
  readonly stateDict: readonly (readonly [string, TensorValue])[];
  readonly batches: readonly (readonly [TensorValue, TensorValue])[];
  readonly steps: number;
  readonly losses: readonly Recorded[];
  /** After each step, by parameter: sum, sum of magnitudes, first and last element. */
  readonly checksums: readonly Readonly<Record<string, readonly number[]>>[];
  readonly finalParams: Readonly<Record<string, TensorValue>>;
  readonly tol: { readonly loss: number; readonly sum: number; readonly element: number; readonly finalParam: number };
  readonly ignoreParams: readonly string[];
}

async function checkThermometer(golden: ThermometerCase, { library }: Context): Promise<void> {
  const input = tensor([...golden.t_u]).mul(golden.inputScale);
  const target = tensor([...golden.t_c]);
  const params = [tensor(1, { requiresGrad: true }), tensor(0, { requiresGrad: true })] as const;
  const [w, b] = params;
  const optimizer = makeOptimizer(golden.optimizer, params, golden.kwargs, library);
  for (let epoch = 1; epoch <= golden.epochs; epoch++) {
    const loss = w.mul(input).add(b).sub(target).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    await optimizer.step();
    const expectedLoss = golden.losses[epoch];
    if (expectedLoss !== undefined) compareNumber(await loss.item(), Number(expectedLoss), golden.tol, `loss of epoch ${epoch}`);
    for (const [i, expected] of (golden.params[epoch] ?? []).entries()) {
      compareNumber(await (params[i] as Tensor).item(), Number(expected), golden.tol, `parameter ${i} after epoch ${epoch}`);
    }
  }
}

const absolute = (atol: number): Tolerance => ({ rtol: 0, atol });

async function checkSums(
  name: string,
  parameter: Tensor,
  expected: readonly number[],
  tol: TrainingCase["tol"],
  step: number,
): Promise<void> {
  const data = Array.from(await parameter.data());
  const sum = data.reduce((a, x) => a + x, 0);
  const magnitude = data.reduce((a, x) => a + Math.abs(x), 0);
  const [first, last] = [data[0] as number, data.at(-1) as number];
  const what = `${name} after step ${step}`;
  compareNumber(sum, expected[0] as number, absolute(tol.sum), `sum of ${what}`);
  compareNumber(magnitude, expected[1] as number, absolute(tol.sum), `magnitude of ${what}`);
  compareNumber(first, expected[2] as number, absolute(tol.element), `first element of ${what}`);
  compareNumber(last, expected[3] as number, absolute(tol.element), `last element of ${what}`);
}

async function checkTraining(golden: TrainingCase, { library }: Context): Promise<void> {
  const model = buildArchitecture(golden.arch, golden.options, library);
  loadState(model, golden.stateDict);
  const parameters = new Map(model.namedParameters());
  const optimizer = makeOptimizer(golden.optimizer, [...parameters.values()], golden.kwargs, library);
  const loss = construct(golden.loss, { args: [], kwargs: {} }, library);
  const batches = golden.batches.map(([x, y]) => [toTensor(x), toTensor(y)] as const);
  for (let step = 0; step < golden.steps; step++) {
    const [x, y] = batches[step % batches.length] as readonly [Tensor, Tensor];
    optimizer.zeroGrad();
    const value = loss.call(model.call(x), y.flatten()) as Tensor;
    value.backward();
    compareNumber(await value.item(), Number(golden.losses[step]), absolute(golden.tol.loss), `loss of step ${step}`);
    await optimizer.step();
    for (const [name, expected] of Object.entries(golden.checksums[step] ?? {})) {
      if (!golden.ignoreParams.includes(name)) await checkSums(name, parameters.get(name) as Tensor, expected, golden.tol, step);
    }
  }
  for (const [name, expected] of Object.entries(golden.finalParams)) {
    if (!golden.ignoreParams.includes(name))
      await compareValue(parameters.get(name), expected, absolute(golden.tol.finalParam), `final ${name}`);
  }
}

export const traj: Family<ThermometerCase | TrainingCase> = async (golden, context) => {
  if (golden.kind === "thermometer") await checkThermometer(golden, context);
  else if (golden.kind === "training") await checkTraining(golden, context);
  else throw new Inexpressible(`no trajectory of kind ${(golden as { kind: string }).kind}`);
};
