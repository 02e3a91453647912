// Who lets go of a tensor, and when: scopes release the temporaries of composites, and optimizer steps the outputs of consumed graphs. What is
// merely dropped is the collector's. User code never has to call any of it.
import { LifetimeError } from "./errors.ts";
import { fewTensors, reachableFrom } from "./reachable.ts";
import { refuseAsync } from "./synchronous.ts";
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

const SCOPE_ENDED = "the scope() that it was made in has ended. Return it from there, or mark it with keep()";

/**
 * Runs a synchronous function and releases the tensors made inside, except those it returns (alone, or anywhere in arrays, maps, sets and
 * objects' fields), those marked by `keep()`, parameters, buffers and optimizers' state. Memory that a graph, a view or another handle needs
 * stays. Throws a LifetimeError for an async function.
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
    for (const tensor of made) if (!tensor.kept) tensor.dispose(SCOPE_ENDED);
    throw error;
  }
  tracker = outer;
  refuseAsync(
    result,
    LifetimeError,
    "scope",
    "an async function goes on after the scope has ended. Use scope() on the synchronous parts between its awaits",
  );
  const few = fewTensors(result);
  const survivors = few ? null : reachableFrom(result);
  for (const tensor of made) {
    if (tensor.kept || few?.includes(tensor) || survivors?.has(tensor)) outer?.push(tensor);
    else tensor.dispose(SCOPE_ENDED);
  }
  return result;
}

// Outputs of consumed graphs stay readable until the second following step of an optimizer. Steps are counted by optimizer: with two of them in a
// loop, a program may still read its logits after both.
const CONSUMED = "backward() consumed its graph two optimizer steps ago. Keep its values with detach() before, or the tensor with keep()";

interface Retired {
  tensors: readonly (Tensor | WeakRef<Tensor>)[];
  loose: boolean;
  /** The optimizers that made a step since. */
  readonly stepped: object[];
}

let retired: Retired[] = [];
/** Backward passes since the last optimizer step, and the most that were usual between two of them of late. */
let passes = 0;
let usualPasses = 1;
/** How many times the usual passes lie between two steps of one optimizer, those of others among them. */
const SPAN = 4;

/** Called by autograd with the non-leaf outputs of a graph that `backward` consumed; scalars are never among them. */
export function retire(tensors: readonly Tensor[]): void {
  retired.push({ tensors, loose: false, stepped: [] });
  passes++;
  // where no optimizer steps, or not now, older graphs are the collector's: holding them here would keep what the user has dropped
  if (retired.length > SPAN * usualPasses) retired.shift();
}

/** Called by optimizers at the end of `step()`. */
export function markStep(optimizer: object): void {
  usualPasses = Math.max(1, passes, usualPasses - 1);
  passes = 0;
  retired = retired.filter(({ tensors, stepped }) => {
    if (!stepped.includes(optimizer)) {
      stepped.push(optimizer);
      return true;
    }
    for (const held of tensors) {
      const tensor = held instanceof WeakRef ? held.deref() : held;
      if (tensor && !tensor.kept) tensor.dispose(CONSUMED);
    }
    return false;
  });
}

/**
 * Called when the event loop gets a turn: what the user has dropped meanwhile may be collected before its optimizer step comes, if ever. Not
 * earlier, since within one turn weak references hold as fast as strong ones.
 */
export function loosenRetired(): void {
  for (const list of retired) {
    if (list.loose) continue;
    list.tensors = list.tensors.map((tensor) => new WeakRef(tensor as Tensor));
    list.loose = true;
  }
}
