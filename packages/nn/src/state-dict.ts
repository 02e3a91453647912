// Saving and loading: tensors by name, under the keys that PyTorch gives them.
import { formatShape, GradkitError, noGrad, scope, type Tensor } from "@gradkit/tensor";
import { savedTensorsOf } from "./members.ts";
import type { Module } from "./module.ts";

export type StateDict = Record<string, Tensor>;

/** A state dict that does not fit the module. */
export class StateDictError extends GradkitError {
  override name = "StateDictError";
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];

  constructor(problems: readonly string[], missingKeys: readonly string[], unexpectedKeys: readonly string[]) {
    super("loadStateDict", problems.join("; "));
    this.missingKeys = missingKeys;
    this.unexpectedKeys = unexpectedKeys;
  }
}

export interface LoadStateDictOptions {
  /** Whether keys may neither be missing nor be left over. Shapes must fit in any case. Default: true. */
  strict?: boolean;
}

export interface LoadResult {
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];
}

/** Handles outside the graph, on the same memory: training goes on in what they show. */
export function stateDictOf(module: Module): StateDict {
  return Object.fromEntries(savedTensorsOf(module).map(([name, value]) => [name, value.detach().keep()]));
}

/** Copies values into the module's own tensors, all or none of them. */
export function loadInto(module: Module, state: Readonly<StateDict>, { strict = true }: LoadStateDictOptions = {}): LoadResult {
  const targets = savedTensorsOf(module);
  const known = new Set(targets.map(([name]) => name));
  const missingKeys = [...known].filter((name) => !(name in state));
  const unexpectedKeys = Object.keys(state).filter((name) => !known.has(name));
  const problems: string[] = [];
  if (strict && missingKeys.length > 0) problems.push(`missing keys: ${missingKeys.join(", ")}`);
  if (strict && unexpectedKeys.length > 0) problems.push(`unexpected keys: ${unexpectedKeys.join(", ")}`);
  for (const [name, target] of targets) {
    const source = state[name];
    if (source && formatShape(source.shape) !== formatShape(target.shape)) {
      problems.push(`${name} is ${formatShape(source.shape)} in the state dict and ${formatShape(target.shape)} in the module`);
    }
  }
  if (targets.some(([, { device }]) => device.capabilities.shapesOnly))
    problems.push("the module is on the meta device, which holds no values. Call toEmpty(device) first");
  if (problems.length > 0) throw new StateDictError(problems, missingKeys, unexpectedKeys);
  noGrad(() => {
    for (const [name, target] of targets) {
      const source = state[name];
      if (source) scope(() => target.copy_(source.to(target.device)));
    }
  });
  return { missingKeys, unexpectedKeys };
}
