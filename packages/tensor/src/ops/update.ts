// Writing several tensors at once, by one formula: optimizer steps and running statistics. Nothing here is recorded.
import { commonDevice } from "../device.ts";
import { dtypes } from "../dtype.ts";
import { formatShape, GradientError, ShapeError } from "../errors.ts";
import { cast } from "../formula/build.ts";
import { type Formula, formula, input, type Node, type ScalarType, scalar } from "../formula/nodes.ts";
import { needsGrad } from "../grad-mode.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastView, checkWritable } from "./map.ts";

/** What the operands become: targets first, then inputs. One node per target. */
export type UpdateFormula = (...operands: Node[]) => readonly Node[];

/** Overwrites `targets`; `inputs` are only read, and broadcast to them. */
export type Update<Name extends string> = (
  targets: readonly Tensor[],
  inputs: readonly Tensor[],
  scalars: Readonly<Record<Name, number>>,
) => void;

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
  const formulas = new Map<string, Formula>(); // by the types of the operands

  function formulaFor(operands: readonly Tensor[]): Formula {
    const types = operands.map(({ dtype }) => dtypes[dtype].scalar);
    const key = types.join();
    let found = formulas.get(key);
    if (!found) {
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

  return (targets, inputs, scalars) => {
    const operands = [...targets, ...inputs];
    const device = commonDevice(name, operands);
    const shape = broadcastShapes(
      name,
      operands.map((operand) => operand.shape),
    );
    for (const target of targets) {
      if (!sameShape(target.shape, shape))
        throw new ShapeError(name, `the result ${formatShape(shape)} does not fit in place into ${formatShape(target.shape)}`);
      checkWritable(name, target);
    }
    if (needsGrad(operands)) throw new GradientError(name, "an update is not recorded, but gradients are on. Call it inside noGrad()");
    if (targets[0]?.numel === 0) return;
    device.map(
      formulaFor(operands),
      operands.map((operand) => broadcastView(operand, shape)),
      scalarNames.map((key) => scalars[key]),
      targets,
    );
    for (const target of targets) target.storage.version++;
  };
}
