// Optimizers step by step, schedules, gradient clipping.
import { Tensor, tensor } from "@gradkit/tensor";
import { setSparseGrad } from "@gradkit/tensor/sparse";
import { compareNumber, compareValue, scaled, type Tolerance } from "../compare.ts";
import { layoutCall } from "../layout.ts";
import type { Library } from "../library.ts";
import { findClass } from "../modules.ts";
import { findFunction } from "../names.ts";
import { Inexpressible, Mismatch } from "../outcome.ts";
import type { Case } from "../reader.ts";
import { decode, type TensorValue, toTensor } from "../values.ts";
import type { Context, Family } from "./context.ts";
import { parseProblem } from "./problem.ts";

type Kwargs = Readonly<Record<string, unknown>>;
type Steps = readonly (readonly TensorValue[])[];

interface OptimizerCase extends Case {
  readonly kind: "optimizer";
  readonly optimizer: string;
  readonly kwargs: Kwargs;
  readonly params: readonly TensorValue[];
  readonly paramGroups?: readonly (Kwargs & { readonly params: readonly number[] })[];
  readonly grads: readonly (readonly unknown[])[];
  readonly expected: Steps;
  readonly tol: Tolerance;
  readonly expectedBf16?: Steps;
  readonly tolBf16?: Tolerance;
}

interface LbfgsCase extends Case {
  readonly kind: "lbfgs";
  readonly optimizer: string;
  readonly kwargs: Kwargs;
  readonly problemJs: string;
  readonly x0: readonly number[];
  readonly expected: readonly TensorValue[];
  readonly lossReturned: readonly number[];
  readonly closureEvals: readonly number[];
  readonly tol: Tolerance;
}

interface SchedulerSpec {
  readonly scheduler: string;
  readonly kwargs: Kwargs;
}

interface SchedulerCase extends Case, SchedulerSpec {
  readonly kind: "scheduler";
  readonly optimizer: string;
  readonly momentum: number;
  readonly baseLrs: readonly number[];
  readonly lrs: readonly (readonly number[])[];
  readonly momenta?: readonly number[];
  readonly metrics?: readonly number[];
  readonly tol: Tolerance;
}

interface ClipCase extends Case {
  readonly kind: "clipGradNorm" | "clipGradValue";
  readonly grads: readonly (TensorValue | null)[];
  readonly expected: readonly (TensorValue | null)[];
  readonly maxNorm: number;
  readonly normType: unknown;
  readonly totalNorm: number;
  readonly clipValue: number;
  readonly tol: Tolerance;
}

export interface Optimizer {
  step(closure?: () => Tensor): unknown;
  zeroGrad(): void;
  readonly paramGroups: readonly Record<string, unknown>[];
}

interface Scheduler {
  step(metric?: number): void;
}

export const makeOptimizer = (name: string, params: unknown, kwargs: Kwargs, library: Library): Optimizer =>
  new (findClass<Optimizer>(library.optim, name))(
    ...layoutCall(`optim.${name}`, { args: [params], kwargs: decode(kwargs, library) as Kwargs }),
  );

const leaf = (value: TensorValue): Tensor => toTensor(value).requiresGrad_();

/** Sparse gradients are `{ indices, values }`, as the library's own. */
function setGradient(param: Tensor, value: unknown, library: Library): void {
  const gradient = decode(value, library);
  if (gradient === null || gradient instanceof Tensor) {
    param.grad = gradient;
    return;
  }
  const { indices, values } = gradient as { indices: Tensor | number[][]; values: Tensor };
  setSparseGrad(param, { indices: indices instanceof Tensor ? indices : tensor(indices, { dtype: "int32" }), values });
}

async function checkSteps(golden: OptimizerCase, expected: Steps, tolerance: Tolerance, { library, slack }: Context): Promise<void> {
  const params = golden.params.map(leaf);
  const groups = golden.paramGroups?.map(({ params: members, ...options }) => ({ params: members.map((i) => params[i]), ...options }));
  const optimizer = makeOptimizer(golden.optimizer, groups ?? params, golden.kwargs, library);
  for (const [step, gradients] of golden.grads.entries()) {
    for (const [i, param] of params.entries()) setGradient(param, gradients[i], library);
    await optimizer.step();
    for (const [i, param] of params.entries())
      await compareValue(param, expected[step]?.[i], scaled(tolerance, slack), `step ${step}, parameter ${i}`);
  }
}

/** Muon may orthogonalise in float32 or, as torch ships it, in bfloat16. */
async function checkOptimizer(golden: OptimizerCase, context: Context): Promise<void> {
  const { expected, tol, expectedBf16, tolBf16 } = golden;
  try {
    await checkSteps(golden, expected, tol, context);
  } catch (error) {
    if (!(error instanceof Mismatch) || !expectedBf16 || !tolBf16) throw error;
    await checkSteps(golden, expectedBf16, tolBf16, context);
  }
}

async function checkLbfgs(golden: LbfgsCase, { library, slack }: Context): Promise<void> {
  const tolerance = scaled(golden.tol, slack);
  const problem = parseProblem(golden.problemJs);
  const x = leaf({ shape: [golden.x0.length], dtype: "float32", data: golden.x0 });
  const optimizer = makeOptimizer(golden.optimizer, [x], golden.kwargs, library);
  let evaluations = 0;
  const closure = (): Tensor => {
    evaluations++;
    optimizer.zeroGrad();
    const loss = problem(x);
    loss.backward();
    return loss;
  };
  for (const [step, expected] of golden.expected.entries()) {
    const loss = await optimizer.step(closure);
    await compareValue(loss, golden.lossReturned[step], tolerance, `loss of step ${step}`);
    await compareValue(x, expected, tolerance, `x after step ${step}`);
    if (evaluations !== golden.closureEvals[step])
      throw new Mismatch(`step ${step}: ${evaluations} evaluations, expected ${golden.closureEvals[step]}`);
  }
}

function makeScheduler({ scheduler, kwargs }: SchedulerSpec, optimizer: Optimizer, library: Library): Scheduler {
  const { schedulers, ...rest } = kwargs as Kwargs & { schedulers?: readonly SchedulerSpec[] };
  const given = decode(rest, library) as Record<string, unknown>;
  if (schedulers) given.schedulers = schedulers.map((inner) => makeScheduler(inner, optimizer, library));
  const Class = findClass<Scheduler>(library.optim, scheduler);
  return new Class(...layoutCall(`optim.${scheduler}`, { args: [], kwargs: { optimizer, ...given } }));
}

async function checkScheduler(golden: SchedulerCase, { library }: Context): Promise<void> {
  const groups = golden.baseLrs.map((lr) => ({ params: [leaf({ shape: [1], dtype: "float32", data: [1] })], lr }));
  const optimizer = makeOptimizer(golden.optimizer, groups, { lr: golden.baseLrs[0], momentum: golden.momentum }, library);
  const scheduler = makeScheduler(golden, optimizer, library);
  for (const [i, expected] of golden.lrs.entries()) {
    if (i > 0) {
      await optimizer.step();
      scheduler.step(golden.metrics?.[i - 1]);
    }
    for (const [g, lr] of expected.entries())
      compareNumber(Number(optimizer.paramGroups[g]?.lr), lr, golden.tol, `lr of group ${g} after step ${i}`);
    const momentum = golden.momenta?.[i];
    if (momentum !== undefined) compareNumber(Number(optimizer.paramGroups[0]?.momentum), momentum, golden.tol, `momentum after step ${i}`);
  }
}

async function checkClip(golden: ClipCase, { library, slack }: Context): Promise<void> {
  const tolerance = scaled(golden.tol, slack);
  const params = golden.grads.map((value, i) => {
    const param = leaf({ shape: value?.shape ?? [1], dtype: "float32", data: value?.data ?? [i] });
    param.grad = value && toTensor(value);
    return param;
  });
  const [op, kwargs] =
    golden.kind === "clipGradNorm"
      ? ["nn.utils.clip_grad_norm_", { max_norm: golden.maxNorm, norm_type: decode(golden.normType, library) }]
      : ["nn.utils.clip_grad_value_", { clip_value: golden.clipValue }];
  const result = await findFunction(op as string, library)(...layoutCall(op as string, { args: [params], kwargs: kwargs as Kwargs }));
  if (golden.kind === "clipGradNorm") await compareValue(result, golden.totalNorm, tolerance, "total norm");
  for (const [i, param] of params.entries()) await compareValue(param.grad, golden.expected[i], tolerance, `gradient ${i}`);
}

type OptimCase = OptimizerCase | LbfgsCase | SchedulerCase | ClipCase;

export const optim: Family<OptimCase> = async (golden, context) => {
  if (golden.kind === "optimizer") await checkOptimizer(golden, context);
  else if (golden.kind === "lbfgs") await checkLbfgs(golden, context);
  else if (golden.kind === "scheduler") await checkScheduler(golden, context);
  else if (golden.kind === "clipGradNorm" || golden.kind === "clipGradValue") await checkClip(golden, context);
  else throw new Inexpressible(`no optim case of kind ${(golden as { kind: string }).kind}`);
};
