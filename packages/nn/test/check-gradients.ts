// gradcheck and gradgradcheck of a module: by its inputs and by all of its parameters.
import { gradcheck, gradgradcheck } from "@gradkit/autograd";
import { randn, type Tensor } from "@gradkit/tensor";
import { type Module, Parameter } from "../src/index.ts";

// differences of order eps² = 1e-12 times a third derivative, and rounding of 1e-16/1e-6 times the result
const tight = { atol: 1e-6, rtol: 1e-6 };

/** A float64 input that requires grad. */
export const leaf = (...shape: number[]): Tensor => randn(shape, { dtype: "float64" }).requiresGrad_();

interface Place {
  readonly fields: Record<string, unknown>;
  readonly name: string;
}

const placesOf = (module: Module): Place[] =>
  module.modules().flatMap((part) => {
    const fields = part as unknown as Record<string, unknown>;
    return Object.keys(fields).flatMap((name) => (fields[name] instanceof Parameter ? [{ fields, name }] : []));
  });

/** Parameters are drawn anew, so that biases of zero and gains of one are not the point where all is checked. Throws where a gradient is wrong. */
export async function checkGradients(
  module: Module,
  inputs: readonly Tensor[],
  run: (...inputs: Tensor[]) => readonly Tensor[],
): Promise<void> {
  module.to("float64");
  const places = placesOf(module);
  const parameters = places.map(({ fields, name }) => leaf(...(fields[name] as Tensor).shape));
  const checked = (...all: Tensor[]): readonly Tensor[] => {
    for (const [i, { fields, name }] of places.entries()) fields[name] = all[inputs.length + i];
    return run(...all.slice(0, inputs.length));
  };
  await gradcheck(checked, [...inputs, ...parameters], tight);
  await gradgradcheck(checked, [...inputs, ...parameters], tight);
}
