// How the operands of a call lie in memory: what its plan is found by. A call that has the layout of an earlier one needs no second thought.
import { type DType, sameShape, type View } from "@gradkit/tensor/backend";

export interface Layout {
  readonly shape: readonly number[];
  /** Inputs, then outputs. */
  readonly operands: readonly { readonly dtype: DType; readonly strides: readonly number[] }[];
}

export const layoutOf = (shape: readonly number[], operands: readonly View[]): Layout => ({
  shape,
  operands: operands.map(({ dtype, strides }) => ({ dtype, strides })),
});

export function hasLayout(layout: Layout, shape: readonly number[], inputs: readonly View[], outputs: readonly View[]): boolean {
  const { operands } = layout;
  if (operands.length !== inputs.length + outputs.length || !sameShape(layout.shape, shape)) return false;
  for (let k = 0; k < operands.length; k++) {
    const { dtype, strides } = (k < inputs.length ? inputs[k] : outputs[k - inputs.length]) as View;
    const known = operands[k] as Layout["operands"][number];
    if (known.dtype !== dtype || !sameShape(known.strides, strides)) return false;
  }
  return true;
}

export function haveTypes(dtypes: readonly DType[], inputs: readonly View[], outputs: readonly View[]): boolean {
  for (let i = 0; i < inputs.length; i++) if ((inputs[i] as View).dtype !== dtypes[i]) return false;
  for (let k = 0; k < outputs.length; k++) if ((outputs[k] as View).dtype !== dtypes[inputs.length + k]) return false;
  return true;
}

/** Layouts that are remembered for each formula. */
const rememberedPlans = 16;

/** Puts a plan before those that are known; the oldest one is forgotten. */
export function remember<Plan extends Layout>(known: Plan[], plan: Plan): Plan {
  known.unshift(plan);
  if (known.length > rememberedPlans) known.pop();
  return plan;
}
