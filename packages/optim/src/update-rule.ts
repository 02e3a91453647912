// Rules whose formula depends on flags (is there momentum, is this the first step): one formula for each combination, made when it is first needed.
// A flag that is off leaves no trace in the formula: 0·x would turn an infinite x into NaN.
import { pointwiseUpdate, type Update, type UpdateFormula } from "@gradkit/tensor";
import { add, mul, type Node, neg } from "@gradkit/tensor/formula";

/** `rule({ momentum: true, … })` is the update for these flags. */
export function updateRule<const Name extends string, Flag extends string>(
  name: string,
  scalarNames: readonly Name[],
  build: (scalars: Readonly<Record<Name, Node>>, flags: Readonly<Record<Flag, boolean>>) => UpdateFormula,
): (flags: Readonly<Record<Flag, boolean>>) => Update<Name> {
  const rules: Update<Name>[] = [];
  return (flags) => {
    let key = 0;
    for (const flag in flags) key = 2 * key + Number(flags[flag]);
    return (rules[key] ??= pointwiseUpdate(name, scalarNames, (scalars) => build(scalars, flags)));
  };
}

/** The gradient as an optimizer follows it: turned around to climb, with the L2 penalty on top. */
export const slopeOf = (
  g: Node,
  w: Node,
  weightDecay: Node,
  { maximize, decay }: Readonly<Record<"maximize" | "decay", boolean>>,
): Node => {
  const up = maximize ? neg(g) : g;
  return decay ? add(up, mul(weightDecay, w)) : up;
};
