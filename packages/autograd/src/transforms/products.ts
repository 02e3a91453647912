// Jacobians times vectors, from either side.
import { enableGrad, GradientError, scope, type Tensor, zerosLike } from "@gradkit/tensor";
import { delivered, pullBack, shouldRecord, type TransformOptions, traced } from "./arguments.ts";

type Outputs = Tensor | readonly Tensor[];
type PerInput<Inputs extends readonly Tensor[]> = { -readonly [K in keyof Inputs]: Tensor };

const list = (outputs: Outputs): readonly Tensor[] => (Array.isArray(outputs) ? outputs : [outputs as Tensor]);

/** What the function gave, in the form that it gave it. */
const likeOutputs = <Output extends Outputs>(outputs: Output, tensors: readonly Tensor[]): Output =>
  (Array.isArray(outputs) ? tensors : tensors[0]) as Output;

/**
 * What `fn` gives, and a function from cotangents, one for each output, to gradients, one for each primal: cotangent · Jacobian, as
 * torch.func.vjp. It may be called many times.
 *
 * @example
 * const [y, pull] = vjp((x: Tensor) => x.sin(), x);
 * const [dx] = pull(ones(y.shape)); // cos(x)
 */
export function vjp<const Inputs extends readonly Tensor[], Output extends Outputs>(
  fn: (...primals: Inputs) => Output,
  ...primals: Inputs
): [output: Output, pull: (...cotangents: readonly Tensor[]) => PerInput<Inputs>] {
  const recording = shouldRecord(primals, {});
  const inputs = primals.map(traced);
  const output = enableGrad(() => fn(...(inputs as unknown as Inputs)));
  const outputs = list(output);
  const pull = (...cotangents: readonly Tensor[]): PerInput<Inputs> => {
    if (cotangents.length !== outputs.length)
      throw new GradientError("vjp", `${cotangents.length} cotangents for ${outputs.length} outputs. Pass one each`);
    const createGraph = recording || shouldRecord(cotangents, {});
    return pullBack(outputs, inputs, cotangents, { createGraph, retainGraph: true }) as PerInput<Inputs>;
  };
  const results = outputs.map((tensor) => delivered(tensor, recording));
  return [likeOutputs(output, results), pull];
}

/**
 * What `fn` gives, and how it changes when the primals move along the tangents: Jacobian · tangent, as torch.func.jvp. It is the derivative of
 * cotangent · Jacobian, which is linear in the cotangent: two backward passes, and every op on the way needs a second derivative.
 *
 * @example
 * const [y, dy] = jvp((x: Tensor) => x.square(), [x], [v]); // dy = 2·x·v
 */
export function jvp<const Inputs extends readonly Tensor[], Output extends Outputs>(
  fn: (...primals: Inputs) => Output,
  primals: Inputs,
  tangents: readonly Tensor[],
  options: TransformOptions = {},
): [output: Output, tangent: Output] {
  if (tangents.length !== primals.length)
    throw new GradientError("jvp", `${tangents.length} tangents for ${primals.length} primals. Pass one each`);
  return scope(() => {
    const recording = shouldRecord([...primals, ...tangents], options);
    const inputs = primals.map(traced);
    const output = enableGrad(() => fn(...(inputs as unknown as Inputs)));
    const outputs = list(output);
    const cotangents = outputs.map((tensor) => zerosLike(tensor).requiresGrad_());
    const gradients = pullBack(outputs, inputs, cotangents, { createGraph: true });
    const moved = pullBack(gradients, cotangents, tangents, { createGraph: recording });
    const results = outputs.map((tensor) => delivered(tensor, recording));
    return [likeOutputs(output, results), likeOutputs(output, moved)];
  });
}
