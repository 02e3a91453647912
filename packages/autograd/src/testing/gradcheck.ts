// Gradients against central differences, in float64 on the reference backend, along random directions: a wrong rule cannot hide behind the
// choice of inputs.
import { formatShape, Generator, GradientError, isFloat, randnLike, type Tensor, tensor, zerosLike } from "@gradkit/tensor";
import { grad } from "../grad.ts";

export interface CheckOptions {
  /** Step of the differences. Default: 1e-6. */
  eps?: number;
  /** Default: 1e-5. */
  atol?: number;
  /** Default: 1e-3. */
  rtol?: number;
  /** Of the random directions. Default: 0. */
  seed?: number;
}

type Checked = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

const directions = 3; // for each input

/**
 * Compares the gradients of `fn` with central differences, for every input that requires grad; the others are constants. Inputs are copied to
 * float64 on the reference backend (that of the inputs, if they are on one), and `fn` must compute there, without side effects. Resolves to true, or throws a GradientError that names
 * the input. Keep kinks and ties out of reach of `eps`.
 *
 * @example
 * await gradcheck((x, w) => x.matmul(w).tanh(), [x, w]);
 */
export async function gradcheck(fn: Checked, inputs: readonly Tensor[], options: CheckOptions = {}): Promise<true> {
  return check("gradcheck", fn, await float64Leaves("gradcheck", inputs), options);
}

/** As gradcheck, for the second derivatives: the gradients of `fn`, themselves made with createGraph, are checked as functions of the inputs and of the incoming gradients. */
export async function gradgradcheck(fn: Checked, inputs: readonly Tensor[], options: CheckOptions = {}): Promise<true> {
  const leaves = await float64Leaves("gradgradcheck", inputs);
  const generator = new Generator((options.seed ?? 0) + 1);
  const cotangents = differentiable(fn(...leaves)).map((output) => randnLike(output, { generator, requiresGrad: true }));
  const gradients: Checked = (...args) => {
    const given = args.slice(0, leaves.length);
    const wanted = given.filter((input) => input.requiresGrad);
    const found = grad(differentiable(fn(...given)), wanted, {
      gradOutputs: args.slice(leaves.length),
      createGraph: true,
      allowUnused: true,
    });
    return found.map((gradient, i) => gradient ?? zerosLike(wanted[i] as Tensor));
  };
  if (differentiable(gradients(...leaves, ...cotangents)).length === 0) return true; // zero everywhere, as floor's
  return check("gradgradcheck", gradients, [...leaves, ...cotangents], options);
}

async function float64Leaves(op: string, inputs: readonly Tensor[]): Promise<Tensor[]> {
  if (!inputs.some((input) => input.requiresGrad))
    throw new GradientError(op, "no input requires grad. Make those to be checked with { requiresGrad: true }");
  const given = inputs.find(({ device }) => device.capabilities.dtypes.has("float64"))?.device;
  const device = given ?? (await import("@gradkit/tensor/testing")).reference();
  return Promise.all(
    inputs.map(async ({ shape, dtype, requiresGrad }, i) => {
      const data = await (inputs[i] as Tensor).data();
      return tensor(data, isFloat(dtype) ? { shape, dtype: "float64", device, requiresGrad } : { shape, dtype, device });
    }),
  );
}

/** The outputs of a function that have gradients. */
const differentiable = (outputs: Tensor | readonly Tensor[]): Tensor[] =>
  [outputs].flat().filter((output) => (output as Tensor).requiresGrad) as Tensor[];

function check(op: string, fn: Checked, inputs: readonly Tensor[], { eps = 1e-6, atol = 1e-5, rtol = 1e-3, seed = 0 }: CheckOptions): true {
  const generator = new Generator(seed);
  const outputs = differentiable(fn(...inputs));
  if (outputs.length === 0) throw new GradientError(op, "no output of the function requires grad");
  const wanted = inputs.filter((input) => input.requiresGrad);
  const gradientsFor = (gradOutputs: Tensor[]): (Tensor | null)[] =>
    grad(outputs, wanted, { gradOutputs, retainGraph: true, allowUnused: true });

  for (const gradient of gradientsFor(outputs.map((output) => zerosLike(output)))) {
    if (gradient?.dataSync().some((value) => value !== 0))
      throw new GradientError(op, "zero gradients of the outputs give a gradient that is not zero");
  }
  for (let trial = 0; trial < directions; trial++) {
    const cotangents = outputs.map((output) => randnLike(output, { generator }));
    gradientsFor(cotangents).forEach((gradient, i) => {
      const input = wanted[i] as Tensor;
      const number = inputs.indexOf(input);
      if (gradient && formatShape(gradient.shape) !== formatShape(input.shape)) {
        throw new GradientError(
          op,
          `the gradient of input ${number} is ${formatShape(gradient.shape)}, the input ${formatShape(input.shape)}`,
        );
      }
      const direction = randnLike(input, { generator });
      const at = (step: number): number => {
        const moved = inputs.map((other) => (other === input ? stepped(input, direction, step) : other));
        return product(differentiable(fn(...moved)), cotangents);
      };
      const expected = (at(eps) - at(-eps)) / (2 * eps);
      const got = gradient ? product([gradient], [direction]) : 0;
      if (!(Math.abs(got - expected) <= atol + rtol * Math.abs(expected))) {
        throw new GradientError(
          op,
          `the gradient of input ${number} (${formatShape(input.shape)}) along a random direction is ${got}, central differences give ${expected}`,
        );
      }
    });
  }
  return true;
}

/** input + step·direction, as a leaf. */
function stepped(input: Tensor, direction: Tensor, step: number): Tensor {
  const along = direction.dataSync();
  return tensor(
    input.dataSync().map((value, i) => value + step * (along[i] as number)),
    { shape: input.shape, dtype: "float64", device: input.device, requiresGrad: true },
  );
}

/** Σ a·b over all pairs of tensors. */
function product(a: readonly Tensor[], b: readonly Tensor[]): number {
  let total = 0;
  a.forEach((tensor, k) => {
    const other = (b[k] as Tensor).dataSync();
    tensor.dataSync().forEach((value, i) => {
      total += value * (other[i] as number);
    });
  });
  return total;
}
