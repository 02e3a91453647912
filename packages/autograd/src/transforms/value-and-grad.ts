// A function and its gradient at once.
import { enableGrad, GradientError, scope, Tensor } from "@gradkit/tensor";
import { checkScalar, delivered, pullBack, shouldRecord, type TransformOptions, traced } from "./arguments.ts";

export interface ValueAndGradOptions<Argnums extends number | readonly number[]> extends TransformOptions {
  /** Which arguments to differentiate by: the number of one, or a list. Default: 0. */
  argnums?: Argnums;
}

type GradientsOf<Argnums extends number | readonly number[]> = Argnums extends number ? Tensor : { -readonly [K in keyof Argnums]: Tensor };

/**
 * A function that gives what `fn` gives, one element, and its gradient with respect to an argument. Arguments need no `requiresGrad`, and no
 * `grad` is touched; what is no tensor is passed on.
 *
 * @example
 * const [value, slope] = valueAndGrad((w: Tensor) => w.square().sum())(tensor([1, 2])); // 5, [2, 4]
 */
export function valueAndGrad<Args extends readonly unknown[], const Argnums extends number | readonly number[] = 0>(
  fn: (...args: Args) => Tensor,
  { argnums = 0 as Argnums, ...options }: ValueAndGradOptions<Argnums> = {},
): (...args: Args) => [value: Tensor, gradient: GradientsOf<Argnums>] {
  const numbers: readonly number[] = typeof argnums === "number" ? [argnums] : argnums;
  return (...args) =>
    scope(() => {
      const recording = shouldRecord(args, options);
      const inputs = new Map(numbers.map((i) => [i, traced(tensorArgument(args[i], i))]));
      const value = enableGrad(() => fn(...(args.map((arg, i) => inputs.get(i) ?? arg) as unknown as Args)));
      checkScalar("valueAndGrad", value);
      const gradients = pullBack([value], [...inputs.values()], [null], { createGraph: recording });
      return [delivered(value, recording), (typeof argnums === "number" ? gradients[0] : gradients) as GradientsOf<Argnums>];
    });
}

function tensorArgument(arg: unknown, i: number): Tensor {
  if (arg instanceof Tensor) return arg;
  throw new GradientError("valueAndGrad", `argument ${i} is no tensor (got ${typeof arg}). Name tensors in argnums`);
}
