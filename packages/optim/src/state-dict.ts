// State dicts of optimizers in PyTorch's layout.
import { formatShape, GradkitError, noGrad, ShapeError, Tensor } from "@gradkit/tensor";
import type { ParamState } from "./optimizer.ts";
import { fromStateKey, toStateKey } from "./state-key.ts";

export interface OptimizerStateDict {
  /** By the number of the parameter, counted through all groups. */
  state: Record<number, Record<string, Tensor | number>>;
  param_groups: (Record<string, unknown> & { params: number[] })[];
}

type Groups = readonly { params: Tensor[] }[];

const renameKeys = (values: object, rename: (key: string) => string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [rename(key), value]));

export function optimizerStateDict(groups: Groups, state: ReadonlyMap<Tensor, ParamState>): OptimizerStateDict {
  const params = groups.flatMap((group) => group.params);
  const numbers = new Map(params.map((param, i) => [param, i]));
  const saved = params.flatMap((param, i) => {
    const own = state.get(param);
    return own ? [[i, renameKeys(own, toStateKey)] as const] : [];
  });
  return {
    state: Object.fromEntries(saved) as OptimizerStateDict["state"],
    param_groups: groups.map(({ params: own, ...options }) => ({
      ...renameKeys(options, toStateKey),
      params: own.map((param) => numbers.get(param) as number),
    })),
  };
}

/** Numbers that PyTorch keeps in tensors; here they are the host's. */
const onHost = /^(step|eta|mu|muProduct|t|prevLoss|HDiag)$/;

/** A copy that lives beside the parameter. */
function adopt(optimizer: string, name: string, value: Tensor | number, param: Tensor, shape: readonly number[] | null): Tensor | number {
  if (!(value instanceof Tensor)) return value;
  if (onHost.test(name)) return value.itemSync();
  if (value.ndim > 0 && shape && formatShape(value.shape) !== formatShape(shape)) {
    throw new ShapeError(
      optimizer,
      `${toStateKey(name)} ${formatShape(value.shape)} in the state dict belongs to a parameter ${formatShape(param.shape)}`,
    );
  }
  return noGrad(() => value.to(param.device).clone().keep());
}

export function loadOptimizerState(
  optimizer: string,
  saved: OptimizerStateDict,
  groups: Groups,
  state: Map<Tensor, ParamState>,
  stateShape: (name: string, param: Tensor) => readonly number[] | null,
): void {
  const sizes = (list: readonly { params: readonly unknown[] }[]): string => list.map(({ params }) => params.length).join(", ");
  if (sizes(saved.param_groups) !== sizes(groups)) {
    throw new GradkitError(
      optimizer,
      `the state dict has groups of ${sizes(saved.param_groups)} parameters, the optimizer of ${sizes(groups)}`,
    );
  }
  const params = new Map<number, Tensor>();
  saved.param_groups.forEach(({ params: numbers, ...options }, g) => {
    const group = groups[g] as { params: Tensor[] };
    numbers.forEach((number, i) => {
      params.set(number, group.params[i] as Tensor);
    });
    Object.assign(group, renameKeys(options, fromStateKey));
  });
  state.clear();
  for (const [number, values] of Object.entries(saved.state)) {
    const param = params.get(Number(number));
    if (!param) throw new GradkitError(optimizer, `the state dict has state of parameter ${number}, which is in no group`);
    const own = Object.entries(values).map(([key, value]) => {
      const name = fromStateKey(key);
      return [name, adopt(optimizer, name, value, param, stateShape(name, param))] as const;
    });
    state.set(param, Object.fromEntries(own));
  }
}
