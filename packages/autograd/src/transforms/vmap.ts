// A function of single examples as one of batches.
import { ShapeError, scope, stack, Tensor } from "@gradkit/tensor";

export interface VmapOptions {
  /** The batch's dim in each argument; null passes an argument on as it is. Default: 0 for all. */
  inDims?: number | readonly (number | null)[];
  /** The batch's dim in each output. Default: 0. */
  outDims?: number | readonly number[];
}

type Outputs = Tensor | readonly Tensor[];

/**
 * Maps `fn` over a dim of its arguments and stacks what it gives. It calls `fn` once for each example, as a loop would: for convenience, such as
 * gradients by example together with `valueAndGrad`, not for speed. Arguments that are no tensors are passed on. Throws a ShapeError where sizes differ.
 *
 * @example
 * const dots = vmap((a: Tensor, b: Tensor) => a.dot(b))(x, y); // [N, D], [N, D] → [N]
 */
export function vmap<Args extends readonly unknown[], Output extends Outputs>(
  fn: (...args: Args) => Output,
  { inDims = 0, outDims = 0 }: VmapOptions = {},
): (...args: Args) => Output {
  return (...args) =>
    scope(() => {
      const dims = args.map((arg, i) => (arg instanceof Tensor ? (typeof inDims === "number" ? inDims : (inDims[i] ?? null)) : null));
      const size = batchSize(args, dims);
      const results = Array.from({ length: size }, (_, n) =>
        scope(() =>
          fn(...(args.map((arg, i) => (dims[i] === null ? arg : (arg as Tensor).select(dims[i] as number, n))) as unknown as Args)),
        ),
      );
      const dimOf = (k: number): number => (typeof outDims === "number" ? outDims : (outDims[k] ?? 0));
      const [first] = results;
      if (!Array.isArray(first)) return stack(results as unknown as Tensor[], dimOf(0)) as Output;
      return first.map((_, k) =>
        stack(
          results.map((result) => (result as readonly Tensor[])[k] as Tensor),
          dimOf(k),
        ),
      ) as unknown as Output;
    });
}

function batchSize(args: readonly unknown[], dims: readonly (number | null)[]): number {
  const sizes = args.flatMap((arg, i) => {
    const dim = dims[i] ?? null;
    return dim === null ? [] : [(arg as Tensor).shape.at(dim) ?? 0];
  });
  if (sizes.length === 0) throw new ShapeError("vmap", "no argument has a batch dim. Name one in inDims");
  if (new Set(sizes).size > 1) throw new ShapeError("vmap", `the arguments' batch dims differ in size (got ${sizes.join(", ")})`);
  if (sizes[0] === 0) throw new ShapeError("vmap", "the batch is empty. Without an example the shape of the outputs is unknown");
  return sizes[0] as number;
}
