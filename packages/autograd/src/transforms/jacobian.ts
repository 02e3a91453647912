// All first or second derivatives of a function, as dense tensors.
import { enableGrad, eye, scope, stack, Tensor, zeros } from "@gradkit/tensor";
import { checkScalar, pullBack, shouldRecord, type TransformOptions, traced } from "./arguments.ts";

/** [...output, ...input] for each input: one backward pass for every element of the output. */
function rows(output: Tensor, inputs: readonly Tensor[], createGraph: boolean, retainGraph = createGraph): Tensor[] {
  const shapes = inputs.map((input) => [...output.shape, ...input.shape]);
  if (!output.requiresGrad || output.numel === 0)
    return shapes.map((shape) => zeros(shape, { dtype: output.dtype, device: output.device }));
  const cotangents = eye(output.numel, output.numel, { dtype: output.dtype, device: output.device });
  const gradients = Array.from({ length: output.numel }, (_, i) =>
    scope(() => {
      const retain = retainGraph || i < output.numel - 1;
      return pullBack([output], inputs, [cotangents.select(0, i).view(output.shape)], { createGraph, retainGraph: retain });
    }),
  );
  return inputs.map((_, i) => stack(gradients.map((row) => row[i] as Tensor)).view(shapes[i] as number[]));
}

/**
 * The derivatives of every element of what `fn` gives by every element of its inputs, [...output, ...input], as torch.autograd.functional.jacobian.
 * For a list of inputs a list. It costs one backward pass for each element of the output.
 *
 * @example
 * jacobian((x: Tensor) => x.square(), tensor([1, 2])); // [[2, 0], [0, 4]]
 */
export function jacobian(fn: (x: Tensor) => Tensor, inputs: Tensor, options?: TransformOptions): Tensor;
export function jacobian<const Inputs extends readonly Tensor[]>(
  fn: (...inputs: Inputs) => Tensor,
  inputs: Inputs,
  options?: TransformOptions,
): { -readonly [K in keyof Inputs]: Tensor };
export function jacobian(fn: (...inputs: never[]) => Tensor, inputs: Tensor | readonly Tensor[], options: TransformOptions = {}): unknown {
  return scope(() => {
    const given = inputs instanceof Tensor ? [inputs] : inputs;
    const args = given.map(traced);
    const output = enableGrad(() => fn(...(args as never[])));
    const found = rows(output, args, shouldRecord(given, options));
    return inputs instanceof Tensor ? found[0] : found;
  });
}

/**
 * The second derivatives of `fn`, which gives one element: [...input, ...input], as torch.autograd.functional.hessian. For a list of inputs a list
 * of lists, the derivatives by input i and input j. It costs one backward pass for each element of the inputs.
 *
 * @example
 * hessian((x: Tensor) => x.pow(3).sum(), tensor([1, 2])); // [[6, 0], [0, 12]]
 */
export function hessian(fn: (x: Tensor) => Tensor, inputs: Tensor, options?: TransformOptions): Tensor;
export function hessian<const Inputs extends readonly Tensor[]>(
  fn: (...inputs: Inputs) => Tensor,
  inputs: Inputs,
  options?: TransformOptions,
): { -readonly [K in keyof Inputs]: { -readonly [L in keyof Inputs]: Tensor } };
export function hessian(fn: (...inputs: never[]) => Tensor, inputs: Tensor | readonly Tensor[], options: TransformOptions = {}): unknown {
  return scope(() => {
    const given = inputs instanceof Tensor ? [inputs] : inputs;
    const args = given.map(traced);
    const output = enableGrad(() => fn(...(args as never[])));
    checkScalar("hessian", output);
    const gradients = pullBack([output], args, [null], { createGraph: true });
    const found = gradients.map((gradient) => rows(gradient, args, shouldRecord(given, options), true));
    return inputs instanceof Tensor ? found[0]?.[0] : found;
  });
}
