// Who lets go of a tensor, and when: scopes release the temporaries of composites, `retire` the outputs of consumed graphs, and the collector is
// told when dropped tensors pile up. User code never has to call any of it.
import type { Tensor } from "./tensor.ts";

let tracker: Tensor[] | null = null;

/** Every new handle passes here. */
export function track(tensor: Tensor): void {
  tracker?.push(tensor);
}

/** Runs `fn` outside all scopes: for what outlives them, as accumulated gradients do. */
export function untracked<T>(fn: () => T): T {
  const outer = tracker;
  tracker = null;
  try {
    return fn();
  } finally {
    tracker = outer;
  }
}

/**
 * Runs a synchronous function and releases the tensors made inside, except those it returns (alone, or in arrays and plain objects), those that
 * are kept, and the storage that saved values, views or other handles still hold.
 *
 * @example
 * const y = scope(() => x.mul(2).add(1)); // x.mul(2) is released here, y is not
 */
export function scope<T>(fn: () => T): T {
  const outer = tracker;
  const made: Tensor[] = [];
  tracker = made;
  let result: T;
  try {
    result = fn();
  } catch (error) {
    tracker = outer;
    for (const tensor of made) tensor.dispose();
    throw error;
  }
  tracker = outer;
  const survivors = new Set<unknown>();
  collect(result, survivors);
  for (const tensor of made) {
    if (survivors.has(tensor) || tensor.kept) outer?.push(tensor);
    else tensor.dispose();
  }
  return result;
}

function collect(value: unknown, into: Set<unknown>): void {
  if (typeof value !== "object" || value === null || into.has(value)) return;
  into.add(value);
  if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)
    for (const item of Object.values(value)) collect(item, into);
}

// Outputs of consumed graphs stay readable until the second following optimizer step.
const STEPS_READABLE = 2;
/** Without optimizer steps, lists beyond this many are left to the collector. */
const MAX_LISTS = 16;
/** Larger ones are held weakly: without optimizer steps the lists must not keep what the user has dropped. A weak reference costs 1 µs, too much for small ones. */
const STRONG_BYTES = 8192;
type Held = Tensor | WeakRef<Tensor>;
let retired: { readonly tensors: readonly Held[]; readonly step: number }[] = [];
let step = 0;

/** Called by autograd with the non-leaf outputs of a graph that `backward` consumed. */
export function retire(tensors: readonly Tensor[]): void {
  retired.push({
    tensors: tensors.map((tensor) => (tensor.released || tensor.storage.byteLength < STRONG_BYTES ? tensor : new WeakRef(tensor))),
    step,
  });
  if (retired.length > MAX_LISTS) retired.shift();
}

/** Called by optimizers at the end of `step()`. */
export function markStep(): void {
  step++;
  const due = retired.filter((list) => step - list.step >= STEPS_READABLE);
  if (due.length === 0) return;
  retired = retired.filter((list) => step - list.step < STEPS_READABLE);
  for (const { tensors } of due) {
    for (const held of tensors) {
      const tensor = held instanceof WeakRef ? held.deref() : held;
      if (tensor && !tensor.kept && tensor.shape.length > 0)
        tensor.dispose("its graph was consumed by backward(), two optimizer steps ago");
    }
  }
}
