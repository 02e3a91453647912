// Bounds on gradients, applied between backward and step.
import { GradkitError, noGrad, norm, pointwiseUpdate, scope, stack, Tensor, zeros } from "@gradkit/tensor";
import { clamp, mul, type Node } from "@gradkit/tensor/formula";

export interface ClipGradNormOptions {
  /** Of the norm; may be Infinity. Default: 2. */
  normType?: number;
  /** Throw a GradkitError where the norm is not finite; this reads the norm, on devices that read synchronously. Default: false. */
  errorIfNonfinite?: boolean;
}

const gradientsOf = (params: Tensor | Iterable<Tensor>): Tensor[] =>
  [...(params instanceof Tensor ? [params] : params)].flatMap(({ accumulatedGrad }) => (accumulatedGrad ? [accumulatedGrad] : []));

const scale = /* @__PURE__ */ pointwiseUpdate("clipGradNorm_", [], () => (g: Node, factor: Node) => [mul(g, factor)]);
const limit = /* @__PURE__ */ pointwiseUpdate("clipGradValue_", ["low", "high"], ({ low, high }) => (g: Node) => [clamp(g, low, high)]);

function totalNorm(op: string, tensors: readonly Tensor[], { normType = 2, errorIfNonfinite = false }: ClipGradNormOptions): Tensor {
  if (tensors.length === 0) return zeros([]);
  const total = norm(stack(tensors.map((x) => norm(x, normType))), normType);
  if (errorIfNonfinite && !Number.isFinite(total.itemSync()))
    throw new GradkitError(op, `the norm of the gradients is ${total.itemSync()}`);
  return total;
}

/** The norm of tensors, taken together as one vector: of gradients, say, before `clipGradsWithNorm_`. */
export const getTotalNorm = (tensors: Tensor | Iterable<Tensor>, options: ClipGradNormOptions = {}): Tensor =>
  noGrad(() => scope(() => totalNorm("getTotalNorm", tensors instanceof Tensor ? [tensors] : [...tensors], options)));

function scaleAll(grads: readonly Tensor[], maxNorm: number, total: Tensor): void {
  if (grads.length === 0) return;
  const factor = total.add(1e-6).reciprocal().mul(maxNorm).clamp(null, 1);
  for (const grad of grads) scale([grad], [factor], {});
}

/** Scales all gradients as `clipGradNorm_` does, by a norm that is known: of `getTotalNorm`, or of a model of which these are a part. */
export function clipGradsWithNorm_(params: Tensor | Iterable<Tensor>, maxNorm: number, total: Tensor): void {
  noGrad(() => scope(() => scaleAll(gradientsOf(params), maxNorm, total)));
}

/** Scales all gradients so that their norm, taken together, is at most maxNorm. Returns the norm before. Nothing is read back. */
export function clipGradNorm_(params: Tensor | Iterable<Tensor>, maxNorm: number, options: ClipGradNormOptions = {}): Tensor {
  return noGrad(() =>
    scope(() => {
      const grads = gradientsOf(params);
      const total = totalNorm("clipGradNorm_", grads, options);
      scaleAll(grads, maxNorm, total);
      return total;
    }),
  );
}

/** Limits every element of the gradients to [-clipValue, clipValue]. */
export function clipGradValue_(params: Tensor | Iterable<Tensor>, clipValue: number): void {
  noGrad(() => {
    for (const grad of gradientsOf(params)) limit([grad], [], { low: -clipValue, high: clipValue });
  });
}
