// Writing several tensors at once, by one formula: optimizer steps and running statistics. Nothing here is recorded.
import type { Backend, MapCall } from "../backend.ts";
import { commonDevice } from "../device.ts";
import { dtypes } from "../dtype.ts";
import { formatShape, GradientError, ShapeError } from "../errors.ts";
import { cast } from "../formula/build.ts";
import { type Formula, formula, input, type Node, type ScalarType, scalar } from "../formula/nodes.ts";
import { needsGrad } from "../grad-mode.ts";
import { commonShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastViews, checkWritable } from "./map.ts";

/** What the operands become: targets first, then inputs. One node per target. */
export type UpdateFormula = (...operands: Node[]) => readonly Node[];

/** What a rule is applied to: it overwrites `targets`; `inputs` are only read, and broadcast to them. */
export interface UpdateOperands<Name extends string> {
  readonly targets: readonly Tensor[];
  readonly inputs: readonly Tensor[];
  readonly scalars: Readonly<Record<Name, number>>;
}

export interface Update<Name extends string> {
  (...operands: OperandList<Name>): void;
  /** The rule for several sets of operands, none of which writes what another one touches: one kernel for all where the device can. */
  all(list: readonly UpdateOperands<Name>[]): void;
}

type OperandList<Name extends string> = [targets: readonly Tensor[], inputs: readonly Tensor[], scalars: Readonly<Record<Name, number>>];

/**
 * An in-place rule from one formula: its first operands are the targets, its outputs, in the same order, what they become. All of it runs in one
 * kernel. Call it inside `noGrad`. Scalars change from call to call at no cost.
 *
 * @example
 * const momentum = pointwiseUpdate("momentum", ["lr", "mu"], ({ lr, mu }) => (w, buffer, g) => {
 *   const moved = add(mul(mu, buffer), g);
 *   return [sub(w, mul(lr, moved)), moved];
 * });
 * noGrad(() => momentum([w, buffer], [w.grad], { lr: 0.1, mu: 0.9 }));
 */
export function pointwiseUpdate<const Name extends string>(
  name: string,
  scalarNames: readonly Name[],
  build: (scalars: Readonly<Record<Name, Node>>) => UpdateFormula,
): Update<Name> {
  const nodes = Object.fromEntries(scalarNames.map((key, i) => [key, scalar(i, "float")])) as Record<Name, Node>;
  const formulas = new Map<number, Formula>(); // by the types of the operands

  function formulaFor(operands: readonly Tensor[]): Formula {
    let key = 0;
    for (const { dtype } of operands) key = key * 8 + dtypes[dtype].code;
    let found = formulas.get(key);
    if (!found) {
      const types = operands.map(({ dtype }) => dtypes[dtype].scalar);
      const outputs = build(nodes)(...types.map((type, i) => input(i, type)));
      const scalars = scalarNames.map((): ScalarType => "float");
      found = formula(
        types,
        scalars,
        outputs.map((output, i) => cast(output, types[i] as ScalarType)),
      );
      formulas.set(key, found);
    }
    return found;
  }

  function prepare({ targets, inputs, scalars }: UpdateOperands<Name>): PreparedUpdate {
    const operands = [...targets, ...inputs];
    const shape = commonShape(name, operands);
    for (const target of targets) {
      if (!sameShape(target.shape, shape))
        throw new ShapeError(name, `the result ${formatShape(shape)} does not fit in place into ${formatShape(target.shape)}`);
      checkWritable(name, target);
    }
    if (needsGrad(operands)) throw new GradientError(name, "an update is not recorded, but gradients are on. Call it inside noGrad()");
    return {
      device: commonDevice(name, operands),
      formula: formulaFor(operands),
      inputs: broadcastViews(operands, shape),
      scalars: scalarNames.map((key) => scalars[key]),
      outputs: targets,
    };
  }

  function all(list: readonly UpdateOperands<Name>[]): void {
    let calls = list.map(prepare);
    while (calls.length > 0) {
      const { device, formula } = calls[0] as PreparedUpdate;
      const isAlike = (call: PreparedUpdate): boolean => call.device === device && call.formula === formula;
      const alike = calls.filter(isAlike);
      if (device.mapAll) device.mapAll(formula, alike);
      else for (const { inputs, scalars, outputs } of alike) device.map(formula, inputs, scalars, outputs);
      for (const { outputs } of alike) for (const target of outputs) target.storage.version++;
      calls = calls.filter((call) => !isAlike(call));
    }
  }

  return Object.assign((...[targets, inputs, scalars]: OperandList<Name>) => all([{ targets, inputs, scalars }]), { all });
}

/** One application, checked. */
interface PreparedUpdate extends MapCall {
  readonly device: Backend;
  readonly formula: Formula;
  readonly outputs: readonly Tensor[];
}
