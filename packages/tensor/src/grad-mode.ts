// Grad mode, and the slot that @gradkit/autograd fills: the tensor package records nothing itself, it only knows whom to tell.
import { getBuiltinModule } from "./builtin-module.ts";
import { copiesLoaded, severalCopies } from "./copies.ts";
import { GradientError } from "./errors.ts";
import type { Formula } from "./formula/nodes.ts";
import type { StructuredOpName } from "./ops/index.ts";
import type { Tensor } from "./tensor.ts";

/** What a recorder needs to know of a structured op. */
export interface RecordedOp {
  readonly name: StructuredOpName;
  /** The rule of its gradient, if it brings one. */
  readonly vjp?: unknown;
}

/** What autograd offers to tensors. Filled by importing `@gradkit/autograd` or `@gradkit/nn`. */
export interface Recorder {
  /** A pointwise op ran: outputs[k] = formula.outputs[k](inputs, scalars), inputs broadcast to the outputs' shape. */
  recordMap(name: string, formula: Formula, inputs: readonly Tensor[], scalars: readonly number[], outputs: readonly Tensor[]): void;
  /** A structured op ran. */
  recordOp(op: RecordedOp, inputs: readonly (Tensor | null)[], attrs: unknown, outputs: readonly Tensor[]): void;
  /**
   * `target`, possibly a view, is about to be overwritten by formula(inputs, scalars); its old value may be among the inputs. Returns what is to
   * be called when the write is done and the storage's version was raised.
   */
  recordInPlace(name: string, target: Tensor, formula: Formula, inputs: readonly Tensor[], scalars: readonly number[]): () => void;
  backward(root: Tensor, gradient: Tensor | null, options: BackwardOptions): void;
}

export interface BackwardOptions {
  /** Keep the graph for another backward. Default: the value of `createGraph`. */
  retainGraph?: boolean;
  /** Record the backward pass itself, for second derivatives. Default: false. */
  createGraph?: boolean;
  /** Accumulate into these tensors only. Default: every leaf. */
  inputs?: readonly Tensor[];
}

let slot: Recorder | null = null;

/** Called once by `@gradkit/autograd/install`. */
export function installRecorder(recorder: Recorder): void {
  slot = recorder;
}

/** The recorder, or an error that names the import. */
export function recorder(op: string): Recorder {
  if (!slot)
    throw new GradientError(
      op,
      'no autograd is loaded. Add `import "@gradkit/autograd/install"` (importing @gradkit/autograd or @gradkit/nn does it)' +
        (severalCopies() ? `. ${copiesLoaded()}` : ""),
    );
  return slot;
}

interface ModeContext {
  run<T>(mode: boolean, fn: () => T): T;
  getStore(): boolean | undefined;
}

/** Follows the mode through awaits where the platform can tell async contexts apart (Node, Deno); elsewhere one global mode. */
const context: ModeContext = (() => {
  const hooks = getBuiltinModule?.("node:async_hooks") as { AsyncLocalStorage: new () => ModeContext } | undefined;
  if (hooks) return new hooks.AsyncLocalStorage();
  let current: boolean | undefined;
  return {
    getStore: () => current,
    run<T>(mode: boolean, fn: () => T): T {
      const before = current;
      current = mode;
      return settle(fn, () => {
        current = before;
      });
    },
  };
})();

/** Calls `fn`, then `after` — when the promise settled, if `fn` is async. */
function settle<T>(fn: () => T, after: () => void): T {
  let result: T;
  try {
    result = fn();
  } catch (error) {
    after();
    throw error;
  }
  if (result instanceof Promise) return result.finally(after) as T;
  after();
  return result;
}

let openModes = 0; // while 0, the context need not be asked

/** Whether ops on tensors that want a gradient are recorded here: not inside noGrad. */
export const isGradEnabled = (): boolean => openModes === 0 || (context.getStore() ?? true);

/** Whether an op on these inputs must be recorded. */
export function needsGrad(inputs: readonly (Tensor | null)[]): boolean {
  for (let i = 0; i < inputs.length; i++) if (inputs[i]?.requiresGrad) return isGradEnabled();
  return false;
}

function withMode<T>(mode: boolean, fn: () => T): T {
  openModes++;
  return settle(
    () => context.run(mode, fn),
    () => {
      openModes--;
    },
  );
}

/**
 * Runs `fn` without recording gradients, as `with torch.no_grad():`. Takes sync and async functions.
 *
 * @example
 * const prediction = noGrad(() => model.call(x));
 */
export const noGrad = <T>(fn: () => T): T => withMode(false, fn);

/** Records gradients inside a `noGrad`. */
export const enableGrad = <T>(fn: () => T): T => withMode(true, fn);
