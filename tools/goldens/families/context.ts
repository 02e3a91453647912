// What every family gets, and the check that most of them share: outputs and gradients of one call.
import type { Tensor } from "@gradkit/tensor";
import { checkCount, compareValue, flattenOutputs, scaled, type Tolerance } from "../compare.ts";
import type { Library } from "../library.ts";
import { isTensorValue, toTensor } from "../values.ts";

export interface Context {
  readonly library: Library;
  /** Factor on float tolerances: 1 on a CPU. */
  readonly slack: number;
}

/** Checks one case, or throws. */
export type Family<C> = (golden: C, context: Context) => Promise<void>;

export interface Expected {
  readonly outputs: readonly unknown[];
  readonly outputCompare?: "whereFinite";
  readonly tol: Tolerance;
  readonly gradOutputs?: readonly unknown[];
  readonly gradCompare?: "whereFinite";
  readonly gradTol?: Tolerance;
}

export async function checkOutputs(
  result: unknown,
  { outputs, outputCompare, tol }: Expected,
  { slack }: Context,
  anyDType = false,
): Promise<unknown[]> {
  const options = { finiteOnly: outputCompare === "whereFinite", anyDType };
  const got = flattenOutputs(await result);
  checkCount(got, outputs);
  for (const [i, expected] of outputs.entries()) {
    await compareValue(got[i], expected, scaled(tol, slack), outputs.length > 1 ? `output ${i}` : "output", options);
  }
  return got;
}

/** Gradients of the outputs, weighted by the recorded cotangents, with respect to `inputs`. */
export function gradientsOf(
  outputs: readonly unknown[],
  { gradOutputs = [] }: Expected,
  inputs: readonly Tensor[],
  { library }: Context,
): readonly (Tensor | null)[] {
  const roots: Tensor[] = [];
  const cotangents: Tensor[] = [];
  for (const [i, cotangent] of gradOutputs.entries()) {
    const output = outputs[i] as Tensor;
    if (!isTensorValue(cotangent) || !output.requiresGrad) continue;
    roots.push(output);
    cotangents.push(toTensor(cotangent));
  }
  if (roots.length === 0) return inputs.map(() => null);
  return library.autograd.grad(roots, inputs, { gradOutputs: cotangents, allowUnused: true });
}

export async function checkGradients(
  gradients: readonly (Tensor | null)[],
  expected: readonly (readonly [name: string, value: unknown])[],
  { gradTol, tol, gradCompare }: Expected,
  { slack }: Context,
): Promise<void> {
  for (const [i, [name, value]] of expected.entries()) {
    await compareValue(gradients[i], value, scaled(gradTol ?? tol, slack), `gradient of ${name}`, {
      finiteOnly: gradCompare === "whereFinite",
    });
  }
}
