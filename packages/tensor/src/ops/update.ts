// Writing several tensors at once, by one formula: optimizer steps and running statistics. Nothing here is recorded.
import { commonDevice } from "../device.ts";
import { dtypes } from "../dtype.ts";
import { DTypeError, GradientError, ShapeError, formatShape } from "../errors.ts";
import { cast } from "../formula/build.ts";
import { type Formula, formula, input, type Node, scalar, type ScalarType } from "../formula/nodes.ts";
import { needsGrad } from "../grad-mode.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastView, checkWritable } from "./map.ts";
import type { FormulaArgument, Scalars } from "./pointwise.ts";

/** Overwrites `targets`; `inputs` are read only, and broadcast to them. */
export type Update = (targets: readonly Tensor[], inputs: readonly Tensor[], scalars?: Scalars) => void;

/**
 * An in-place rule from one formula: its first operands are the targets, its outputs, in the same order, what they become. All of it runs in one
 * kernel. Run it inside `noGrad`. Scalars are numbers by name, as in `pointwise`.
 *
 * @example
 * const momentum = pointwiseUpdate("momentum", (w, buffer, g, { lr, mu }) => {
 *   const moved = add(mul(mu, buffer), g);
 *   return [sub(w, mul(lr, moved)), moved];
 * });
 * noGrad(() => momentum([w, buffer], [w.grad], { lr: 0.1, mu: 0.9 }));
 */
export function pointwiseUpdate(name: string, build: (...args: FormulaArgument[]) => readonly Node[]): Update {
  const plans = new Map<string, { readonly formula: Formula; readonly scalarNames: readonly string[] }>();

  function planFor(operands: readonly Tensor[]) {
    const types = operands.map(({ dtype }) => dtypes[dtype].scalar);
    const key = types.join();
    let plan = plans.get(key);
    if (!plan) {
      plan = makePlan(build, types);
      plans.set(key, plan);
    }
    return plan;
  }

  return (targets, inputs, scalars = {}) => {
    const operands = [...targets, ...inputs];
    const device = commonDevice(name, operands);
    const { shape } = targets[0] as Tensor;
    for (const target of targets) {
      if (!sameShape(target.shape, shape)) throw new ShapeError(name, `targets must have one shape (got ${formatShape(shape)} and ${formatShape(target.shape)})`);
      checkWritable(name, target);
    }
    if (needsGrad(operands)) throw new GradientError(name, "an update is not recorded, but gradients are on. Run it inside noGrad()");
    const plan = planFor(operands);
    const values = plan.scalarNames.map((scalarName) => {
      const value = scalars[scalarName];
      if (value === undefined) throw new DTypeError(name, `the scalar ${scalarName} is missing. Pass it as { ${scalarName}: … } after the tensors`);
      return value;
    });
    if ((targets[0] as Tensor).numel === 0) return;
    device.map(plan.formula, operands.map((operand) => broadcastView(operand, shape)), values, targets);
    for (const target of targets) target.storage.version++;
  };
}

function makePlan(build: (...args: FormulaArgument[]) => readonly Node[], types: readonly ScalarType[]) {
  const scalarNames: string[] = [];
  const named = new Proxy({} as Record<string, Node>, {
    get(_target, key) {
      const name = String(key);
      const at = scalarNames.indexOf(name);
      return scalar(at < 0 ? scalarNames.push(name) - 1 : at, "float");
    },
  });
  const outputs = build(...([...types.map((type, i) => input(i, type)), named] as FormulaArgument[]));
  const results = outputs.map((output, i) => cast(output, types[i] as ScalarType));
  return { formula: formula(types, scalarNames.map((): ScalarType => "float"), results), scalarNames };
}
