// Adding gradients up without copies: memory that nobody else holds is written into, everything else is left alone.
import { formatShape, GradientError, isGradEnabled, type Tensor } from "@gradkit/tensor";
import { add } from "@gradkit/tensor/formula";
import { dtypes, formula, input, mapInPlace, sameShape } from "@gradkit/tensor/recorder";
import type { Gradients } from "./node.ts";

/** Whether this handle is all there is of its memory, so that it may be written into or handed over. */
const ours = (g: Tensor): boolean => !g.kept && g.storage.exclusive && g.isContiguous;

const plus = formula(["float", "float"], [], [add(input(0, "float"), input(1, "float"))]);
const addInto = (target: Tensor, g: Tensor): Tensor => mapInPlace("add_", plus, target, [target, g], []);

/** The sum of two gradients that the backward pass holds. */
export function addGradients(a: Tensor, b: Tensor): Tensor {
  if (isGradEnabled()) return a.add(b);
  const [into, other] = ours(a) || !ours(b) ? [a, b] : [b, a];
  const sum = ours(into) ? addInto(into, other) : into.add(other);
  if (sum !== into) letGo(into);
  letGo(other);
  return sum;
}

/** Every gradient as a handle of its own: whoever gets it may write into it once nobody else holds the memory. */
export const distinct = (results: Gradients, incoming: Gradients): Gradients =>
  results.map((result, i) => (result && (incoming.includes(result) || results.indexOf(result) < i) ? result.detach() : result));

/** Releases a gradient that has served, unless a hook gave it to the user or it is part of a new graph. */
export function letGo(g: Tensor): void {
  if (!g.kept && !isGradEnabled()) g.dispose();
}

/** A gradient as it is handed out: contiguous. */
export function deliverable(g: Tensor): Tensor {
  if (g.isContiguous) return g;
  const copy = g.contiguous();
  letGo(g);
  return copy;
}

/** Adds to the tensor's `grad`. The first gradient is taken over as it is where nobody else holds it. */
export function accumulate(tensor: Tensor, gradient: Tensor): void {
  const before = tensor.accumulatedGrad;
  const g = deliverable(gradient);
  if (isGradEnabled()) tensor.grad = before ? before.add(g) : g;
  else if (before) {
    addInto(before, g);
    letGo(g);
  } else if (ours(g) && fillsItsMemory(g)) tensor.grad = g;
  else {
    tensor.grad = g.clone();
    letGo(g);
  }
}

/** A small part of a large buffer would keep all of it alive. */
const fillsItsMemory = (g: Tensor): boolean => g.numel * dtypes[g.dtype].bytes === g.storage.byteLength;

/** The gradient after the tensor's hooks. */
export function runHooks(tensor: Tensor, g: Tensor): Tensor {
  let current = g;
  for (const hook of tensor.hooks ?? []) {
    current.kept = true; // the hook may hold on to it
    const replaced = hook(current);
    if (!replaced) continue;
    if (!sameShape(replaced.shape, tensor.shape)) {
      throw new GradientError(
        "registerHook",
        `a hook returned a gradient of another shape (got ${formatShape(replaced.shape)} for a tensor ${formatShape(tensor.shape)})`,
      );
    }
    current = replaced;
  }
  if (current !== g) current.kept = true;
  return current;
}
