// Parameters that are computed from others, as torch.nn.utils.parametrize: `module.weight` becomes a function of what is trained in its place.
import { formatShape, GradkitError, noGrad, ShapeError, type Tensor } from "@gradkit/tensor";
import { deriveField, parameterField, settleField } from "../derived-field.ts";
import { ModuleDict } from "../layers/module-dict.ts";
import { Module } from "../module.ts";
import { Parameter, parameter } from "../parameter.ts";
import { stateKey } from "../state-key.ts";

/** A module that computes a parameter from one tensor or several. */
export interface Parametrization extends Module {
  forward(...originals: Tensor[]): Tensor;
  /** What to train so that forward gives `value`. Without it, the value itself. */
  rightInverse?(value: Tensor): Tensor | readonly Tensor[];
}

type Fields = Record<string, unknown>;

const numbered = (name: string): boolean => /^\d+$/.test(name);

/** The tensors that are trained (`original`, or `original0`, `original1`, …) and what is applied to them, in turn. */
export class ParametrizationList extends Module {
  constructor(first: Parametrization, value: Parameter) {
    super();
    const originals = first.rightInverse ? noGrad(() => first.rightInverse?.(value) as Tensor | readonly Tensor[]) : value;
    if (Array.isArray(originals)) for (const [i, tensor] of originals.entries()) this.hold(`original${i}`, tensor as Tensor, value);
    else this.hold("original", originals as Tensor, value);
    this.append(first);
  }

  protected hold(name: string, tensor: Tensor, like: Parameter): void {
    (this as unknown as Fields)[name] = tensor instanceof Parameter ? tensor : parameter(tensor, { requiresGrad: like.requiresGrad });
  }

  originals(): Parameter[] {
    return Object.values(this).filter((value): value is Parameter => value instanceof Parameter);
  }

  parametrizations(): Parametrization[] {
    return this.namedChildren().flatMap(([name, child]) => (numbered(name) ? [child as Parametrization] : []));
  }

  append(parametrization: Parametrization): void {
    (this as unknown as Fields)[this.parametrizations().length] = parametrization;
  }

  forward(): Tensor {
    const [first, ...others] = this.parametrizations() as [Parametrization, ...Parametrization[]];
    return others.reduce((value, parametrization) => parametrization.call(value), first.call(...this.originals()));
  }

  /** Changes what is trained so that the parameter becomes `value`. */
  assign(value: Tensor): void {
    noGrad(() => {
      const inverted = this.parametrizations().reduceRight<Tensor | readonly Tensor[]>((wanted, parametrization) => {
        if (!parametrization.rightInverse)
          throw new GradkitError("parametrize", `${parametrization.constructor.name} has no rightInverse, which assigning needs`);
        return parametrization.rightInverse(wanted as Tensor);
      }, value);
      const targets = this.originals();
      [inverted].flat().forEach((tensor, i) => void targets[i]?.copy_(tensor as Tensor));
    });
  }
}

const PREFIX = "Parametrized";
const dictOf = (module: Module): ModuleDict | null => {
  const dict = (module as unknown as Fields).parametrizations;
  return dict instanceof ModuleDict ? dict : null;
};
const listOf = (module: Module, name: string): ParametrizationList | null => {
  const dict = dictOf(module);
  return dict?.has(stateKey(name)) ? (dict.get(stateKey(name)) as ParametrizationList) : null;
};

/** Whether `module`, or its field `name`, is parametrized. */
export const isParametrized = (module: Module, name?: string): boolean =>
  name === undefined ? (dictOf(module)?.length ?? 0) > 0 : listOf(module, name) !== null;

/**
 * Makes `module[name]` a function of what is trained in its place; called again, a function of that. Make optimizers afterwards. Keys of the state
 * dict are PyTorch's: `parametrizations.weight.original`.
 *
 * @example
 * class Symmetric extends Module {
 *   forward(x: Tensor): Tensor { return x.triu().add(x.triu({ diagonal: 1 }).transpose(-1, -2)); }
 * }
 * registerParametrization(new Linear(3, 3), "weight", new Symmetric());
 */
export function registerParametrization<M extends Module>(module: M, name: string, parametrization: Parametrization): M {
  const existing = listOf(module, name);
  if (existing) {
    existing.append(parametrization);
    return module;
  }
  const value = parameterField("registerParametrization", module, name);
  const list = new ParametrizationList(parametrization, value);
  const computed = noGrad(() => list.forward());
  if (formatShape(computed.shape) !== formatShape(value.shape))
    throw new ShapeError(
      "registerParametrization",
      `a parametrization must keep the shape (got ${formatShape(computed.shape)} for ${formatShape(value.shape)})`,
    );
  const className = module.constructor.name;
  const field = {
    get: (self: Module) => listOf(self, name)?.call() as Tensor,
    set: (self: Module, next: Tensor) => listOf(self, name)?.assign(next),
  };
  deriveField(module, name, field, className.startsWith(PREFIX) ? className : `${PREFIX}${className}`);
  const dict = dictOf(module) ?? new ModuleDict();
  (module as unknown as Fields).parametrizations = dict.set(stateKey(name), list);
  return module;
}

export interface RemoveParametrizationsOptions {
  /** Whether the field keeps its computed value; otherwise what was trained, if it is one tensor. Default: true. */
  leaveParametrized?: boolean;
}

/** Makes `module[name]` an ordinary parameter again. Make optimizers afterwards. */
export function removeParametrizations<M extends Module>(
  module: M,
  name: string,
  { leaveParametrized = true }: RemoveParametrizationsOptions = {},
): M {
  const list = listOf(module, name);
  if (!list) throw new GradkitError("removeParametrizations", `${module.constructor.name}.${name} is not parametrized`);
  const [original, ...others] = list.originals() as [Parameter, ...Parameter[]];
  if (!leaveParametrized && others.length > 0)
    throw new GradkitError(
      "removeParametrizations",
      `${name} is computed from ${others.length + 1} tensors: leaveParametrized must be true`,
    );
  const value = leaveParametrized
    ? parameter(
        noGrad(() => list.forward().clone()),
        { requiresGrad: original.requiresGrad },
      )
    : original;
  dictOf(module)?.pop(stateKey(name));
  if (!isParametrized(module)) delete (module as unknown as Fields).parametrizations;
  settleField(module, name, value);
  return module;
}
