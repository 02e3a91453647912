// What all optimizers share: groups of parameters, state by parameter, the loop of a step. A subclass says how one parameter changes.
import { enableGrad, GradkitError, markStep, noGrad, scope, Tensor, type Update, type UpdateOperands, zerosLike } from "@gradkit/tensor";
import { loadOptimizerState, type OptimizerStateDict, optimizerStateDict } from "./state-dict.ts";

/** Options every optimizer has. */
export interface CommonOptions {
  /** Learning rate. */
  lr: number;
  /** Climb instead of descending. Default: false. */
  maximize: boolean;
}

export type ParamGroup<Options extends object> = Options & {
  params: Tensor[];
  /** The rate before schedules: set by the first one. */
  initialLr?: number;
};

/** Parameters, or groups of them with options of their own. */
export type Params<Options extends object> = Iterable<Tensor> | Iterable<{ params: Tensor | Iterable<Tensor> } & Partial<Options>>;

/** What an optimizer remembers of one parameter: tensors of its shape, and numbers. */
export type ParamState = Record<string, Tensor | number>;

/** What optimizers hold: groups of parameters, and state by parameter. How a step is made is the subclass's. */
export abstract class OptimizerState<Options extends Pick<CommonOptions, "lr">> {
  readonly name: string;
  readonly paramGroups: ParamGroup<Options>[] = [];
  readonly state: Map<Tensor, ParamState> = new Map();
  readonly defaults: Options;

  constructor(name: string, params: Params<Options>, defaults: Options) {
    this.name = name;
    this.defaults = defaults;
    const list = [...params];
    if (list.length === 0) throw new GradkitError(name, "no parameters. Pass model.parameters()");
    const groups = list[0] instanceof Tensor ? [{ params: list as Tensor[] }] : list;
    for (const group of groups) this.addParamGroup(group as { params: Tensor | Iterable<Tensor> } & Partial<Options>);
  }

  /** Throws for options that make no sense. */
  protected checkOptions(_options: Options): void {}

  /** Adds parameters with options of their own; what they leave out is as in the constructor. */
  addParamGroup({ params, ...options }: { params: Tensor | Iterable<Tensor> } & Partial<Options>): void {
    const list = params instanceof Tensor ? [params] : [...params];
    const known = new Set(this.paramGroups.flatMap((group) => group.params));
    for (const param of list) {
      if (!param.isLeaf) throw new GradkitError(this.name, "only leaves can be optimized. Pass parameters, not results of ops");
      if (known.has(param)) throw new GradkitError(this.name, "a parameter appears twice. Each belongs to one group");
      known.add(param);
    }
    const group = { ...this.defaults, ...options, params: list } as ParamGroup<Options>;
    checkAtLeastZero(this.name, { lr: group.lr });
    this.checkOptions(group);
    this.paramGroups.push(group);
  }

  /** The shape of a tensor of the state; null for one that may have any. */
  protected stateShape(_name: string, param: Tensor): readonly number[] | null {
    return param.shape;
  }

  /** Drops the gradients of all parameters, or fills them with zeros. */
  zeroGrad({ setToNone = true }: { setToNone?: boolean } = {}): void {
    for (const { params } of this.paramGroups) {
      for (const param of params) {
        if (setToNone) param.grad = null;
        else param.accumulatedGrad?.zero_();
      }
    }
  }

  /** PyTorch's layout: state by the number of the parameter, groups with PyTorch's option names. */
  stateDict(): OptimizerStateDict {
    return optimizerStateDict(this.paramGroups, this.state);
  }

  /** Takes over what `stateDict()` of an optimizer with the same groups returned; tensors are copied. */
  loadStateDict(state: OptimizerStateDict): void {
    loadOptimizerState(this.name, state, this.paramGroups, this.state, (name, param) => this.stateShape(name, param));
  }

  protected stateOf(param: Tensor): ParamState {
    let state = this.state.get(param);
    if (!state) {
      state = {};
      this.state.set(param, state);
    }
    return state;
  }
}

/**
 * Base of all optimizers. `update` runs without recording and inside a scope: state that must outlive the step is made by `buffer`.
 *
 * @example
 * class SignDescent extends Optimizer<CommonOptions> {
 *   constructor(params: Params<CommonOptions>, options: { lr: number }) {
 *     super("SignDescent", params, { maximize: false, ...options });
 *   }
 *   protected update(param: Tensor, grad: Tensor, _state: ParamState, { lr }: CommonOptions): void {
 *     param.sub_(grad.sign(), { alpha: lr });
 *   }
 * }
 */
export abstract class Optimizer<Options extends CommonOptions, Gradient = Tensor> extends OptimizerState<Options> {
  readonly #changes = new Map<Update<string>, UpdateOperands<string>[]>();

  /** Changes `param` in place, given its gradient. */
  protected abstract update(param: Tensor, grad: Gradient, state: ParamState, group: ParamGroup<Options>): void;

  /** The gradient that `update` gets; null where there is nothing to do. */
  protected gradientOf(param: Tensor): Gradient | null {
    return param.accumulatedGrad as Gradient | null;
  }

  /** For `update`: applies a rule at the end of the step, together with those of other parameters. Nothing may read the targets before. */
  protected change<Name extends string>(rule: Update<Name>, ...[targets, inputs, scalars]: Parameters<Update<Name>>): void {
    const list = this.#changes.get(rule) ?? [];
    this.#changes.set(rule, list);
    list.push({ targets, inputs, scalars });
  }

  /** Changes every parameter that has a gradient. A closure is called first, to compute the loss that is returned. */
  step(): void;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    const loss = closure && enableGrad(closure);
    noGrad(() =>
      scope(() => {
        try {
          for (const group of this.paramGroups) {
            for (const param of group.params) {
              const grad = this.gradientOf(param);
              if (grad) this.update(param, grad, this.stateOf(param), group);
            }
          }
          for (const [rule, list] of this.#changes) rule.all(list);
        } finally {
          this.#changes.clear();
        }
      }),
    );
    markStep(this);
    return loss;
  }
}

/** A tensor of the optimizer's state, zeros at first. */
export function buffer(state: ParamState, name: string, param: Tensor): Tensor {
  state[name] ??= zerosLike(param).keep();
  return state[name] as Tensor;
}

/** Counts the steps of one parameter, from 1. */
export function countStep(state: ParamState): number {
  const step = ((state.step as number | undefined) ?? 0) + 1;
  state.step = step;
  return step;
}

/** Throws for an option below zero. */
export function checkAtLeastZero(optimizer: string, options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(value >= 0)) throw new GradkitError(optimizer, `${name} must be at least 0 (got ${value})`);
  }
}

/** Throws for a decay rate outside [0, 1). */
export function checkRates(optimizer: string, name: string, rates: readonly number[]): void {
  if (rates.some((rate) => !(rate >= 0 && rate < 1)))
    throw new GradkitError(optimizer, `${name} must be at least 0 and below 1 (got ${rates.join(", ")})`);
}
