// Weights whose largest singular value is 1, under the keys of torch.nn.utils.spectral_norm.
import { GradkitError, mv, noGrad, scope, type Tensor } from "@gradkit/tensor";
import { deriveField, parameterField, settleField } from "../derived-field.ts";
import { normalize } from "../functional/distance.ts";
import type { Module } from "../module.ts";
import { Parameter, parameter } from "../parameter.ts";
import {
  asMatrix,
  checkIterations,
  divideBySigma,
  randomDirection,
  rowsOf,
  type SpectralNormOptions,
} from "../parametrize/spectral-norm.ts";
import { stateKey } from "../state-key.ts";

const fieldsOf = (module: Module): Record<string, unknown> => module as unknown as Record<string, unknown>;
const keysOf = (name: string): [orig: string, u: string, v: string] => {
  const key = stateKey(name);
  return [`${key}_orig`, `${key}_u`, `${key}_v`];
};
const tensorsOf = (module: Module, name: string): [Tensor, Tensor, Tensor] => keysOf(name).map((key) => fieldsOf(module)[key]) as [Tensor, Tensor, Tensor]; // biome-ignore format: one line

/** By field: what stops the power iteration before each call. */
const stops = /* @__PURE__ */ new WeakMap<Module, Map<string, () => void>>();

/**
 * Divides a weight by its largest singular value (Miyato et al. 2018); in training each call of the module takes a step of power iteration first. The
 * state dict holds `weight_orig`, `weight_u` and `weight_v`; new models better take spectralNorm of `@gradkit/nn/parametrize`. Make optimizers
 * afterwards. Throws where the parameter is missing, or normalised already.
 *
 * @example
 * const layer = spectralNorm(new Linear(20, 40));
 * Object.keys(layer.stateDict()); // ["bias", "weight_orig", "weight_u", "weight_v"]
 */
export function spectralNorm<M extends Module>(module: M, options: SpectralNormOptions = {}): M {
  const { name = "weight", nPowerIterations = 1, eps = 1e-12, dim = rowsOf(module), generator } = options;
  checkIterations(nPowerIterations);
  const weight = parameterField("spectralNorm", module, name);
  const [rows, columns] = asMatrix(weight.detach(), dim).shape as readonly [number, number];
  const [orig, u, v] = keysOf(name);
  deriveField(module, name, {
    get: (self) => {
      const [original, left, right] = tensorsOf(self, name);
      return divideBySigma(original, left, right, dim);
    },
  });
  const fields = fieldsOf(module);
  fields[orig] = weight;
  fields[u] = randomDirection(rows, weight, eps, generator);
  fields[v] = randomDirection(columns, weight, eps, generator);
  const iterate = (self: Module): undefined => {
    if (!self.training) return;
    const [original, left, right] = tensorsOf(self, name);
    noGrad(() =>
      scope(() => {
        const matrix = asMatrix(original, dim);
        for (let i = 0; i < nPowerIterations; i++) {
          right.copy_(normalize(mv(matrix.t(), left), 2, 0, { eps }));
          left.copy_(normalize(mv(matrix, right), 2, 0, { eps }));
        }
      }),
    );
  };
  const ofModule = stops.get(module) ?? new Map<string, () => void>();
  stops.set(module, ofModule.set(name, module.registerForwardPreHook(iterate)));
  return module;
}

/** Makes the weight an ordinary parameter again, with its value as of now. Make optimizers afterwards. */
export function removeSpectralNorm<M extends Module>(module: M, name = "weight"): M {
  const fields = fieldsOf(module);
  const [original, u] = tensorsOf(module, name);
  if (!(original instanceof Parameter && u))
    throw new GradkitError("removeSpectralNorm", `${module.constructor.name}.${name} has no spectral norm`);
  const value = noGrad(() => fields[name] as Tensor);
  stops.get(module)?.get(name)?.();
  for (const key of keysOf(name)) delete fields[key];
  settleField(module, name, parameter(value, { requiresGrad: original.requiresGrad }));
  return module;
}
