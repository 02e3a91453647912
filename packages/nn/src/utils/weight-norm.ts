// Weights as a direction and a length, under the keys of torch.nn.utils.weight_norm.
import { GradkitError, noGrad, type Tensor } from "@gradkit/tensor";
import { deriveField, parameterField, settleField } from "../derived-field.ts";
import type { Module } from "../module.ts";
import { Parameter, parameter } from "../parameter.ts";
import { lengths, type WeightNormOptions, withLength } from "../parametrize/weight-norm.ts";
import { stateKey } from "../state-key.ts";

const fieldsOf = (module: Module): Record<string, unknown> => module as unknown as Record<string, unknown>;
const lengthOf = (name: string): string => `${stateKey(name)}_g`;
const directionOf = (name: string): string => `${stateKey(name)}_v`;

/**
 * weight = g · v / ‖v‖, with g and v trained (Salimans & Kingma 2016). The state dict holds them as `weight_g` and `weight_v`; new models better take
 * weightNorm of `@gradkit/nn/parametrize`. Make optimizers afterwards. Throws where the parameter is missing, or normalised already.
 *
 * @example
 * const layer = weightNorm(new Linear(20, 40));
 * Object.keys(layer.stateDict()); // ["bias", "weight_g", "weight_v"]
 */
export function weightNorm<M extends Module>(module: M, { name = "weight", dim = 0 }: WeightNormOptions = {}): M {
  const weight = parameterField("weightNorm", module, name);
  const { requiresGrad } = weight;
  const fields = fieldsOf(module);
  const length = parameter(noGrad(() => lengths(weight, dim)), { requiresGrad }); // biome-ignore format: one line
  const get = (self: Module): Tensor =>
    withLength(fieldsOf(self)[directionOf(name)] as Tensor, fieldsOf(self)[lengthOf(name)] as Tensor, dim);
  deriveField(module, name, { get });
  fields[lengthOf(name)] = length;
  fields[directionOf(name)] = weight;
  return module;
}

/** Makes the weight an ordinary parameter again, with its value as of now. Make optimizers afterwards. */
export function removeWeightNorm<M extends Module>(module: M, name = "weight"): M {
  const fields = fieldsOf(module);
  const direction = fields[directionOf(name)];
  if (!(direction instanceof Parameter && lengthOf(name) in module))
    throw new GradkitError("removeWeightNorm", `${module.constructor.name}.${name} has no weight norm`);
  const value = noGrad(() => fields[name] as Tensor);
  delete fields[lengthOf(name)];
  delete fields[directionOf(name)];
  settleField(module, name, parameter(value, { requiresGrad: direction.requiresGrad }));
  return module;
}
