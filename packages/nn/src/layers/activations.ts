// Activations as modules: one row each.
import {
  elu, type GeluOptions, gelu, hardshrink, hardsigmoid, hardswish, leakyRelu, logsigmoid, mish, relu, relu6, selu, sigmoid, silu, softplus, softsign,
  type Tensor, tanh, tanhshrink,
} from "@gradkit/tensor"; // biome-ignore format: a list
import { celu, hardtanh, softshrink } from "../functional/activations.ts";
import { Module } from "../module.ts";
import { pythonFloat } from "../print-module.ts";
import { stateKey } from "../state-key.ts";

/** A module without parameters: a function of one tensor, and options of it. */
export interface Activation extends Module {
  forward(x: Tensor): Tensor;
}

export type ActivationClass<Options extends object = Record<never, never>> = new (options?: Partial<Options>) => Activation;

/** As torch: numbers as floats, strings in quotes, and no name for the one argument of the shrinking functions. */
function printed(key: string, value: unknown): string {
  const text = typeof value === "number" ? pythonFloat(value) : `'${value}'`;
  return key === "lambd" ? text : `${stateKey(key)}=${text}`;
}

/** `defaults` are printed, in their order. */
function activation<Options extends object>(
  name: string,
  fn: (x: Tensor, options: Options) => Tensor,
  defaults: Options = {} as Options,
): ActivationClass<Options> {
  const type = class extends Module {
    readonly options: Options;

    constructor(options: Partial<Options> = {}) {
      super();
      this.options = { ...defaults, ...options };
    }

    forward(x: Tensor): Tensor {
      return fn(x, this.options);
    }

    override extraRepr(): string {
      return Object.entries(this.options)
        .map(([key, value]) => printed(key, value))
        .join(", ");
    }
  };
  return Object.defineProperty(type, "name", { value: name });
}

/** max(0, x). */
export const ReLU: ActivationClass = /* @__PURE__ */ activation("ReLU", (x) => relu(x));
/** min(max(0, x), 6). */
export const ReLU6: ActivationClass = /* @__PURE__ */ activation("ReLU6", (x) => relu6(x));
/** The scaled exponential unit that keeps mean and variance (Klambauer et al. 2017). */
export const SELU: ActivationClass = /* @__PURE__ */ activation("SELU", (x) => selu(x));
/** x·sigmoid(x). */
export const SiLU: ActivationClass = /* @__PURE__ */ activation("SiLU", (x) => silu(x));
/** x·tanh(softplus(x)) (Misra 2019). */
export const Mish: ActivationClass = /* @__PURE__ */ activation("Mish", (x) => mish(x));
/** 1/(1 + exp(−x)). */
export const Sigmoid: ActivationClass = /* @__PURE__ */ activation("Sigmoid", (x) => sigmoid(x));
/** log sigmoid(x), without overflow. */
export const LogSigmoid: ActivationClass = /* @__PURE__ */ activation("LogSigmoid", (x) => logsigmoid(x));
/** tanh x. */
export const Tanh: ActivationClass = /* @__PURE__ */ activation("Tanh", (x) => tanh(x));
/** x − tanh x. */
export const Tanhshrink: ActivationClass = /* @__PURE__ */ activation("Tanhshrink", (x) => tanhshrink(x));
/** x/(1 + |x|). */
export const Softsign: ActivationClass = /* @__PURE__ */ activation("Softsign", (x) => softsign(x));
/** min(max(x + 3, 0), 6)/6. */
export const Hardsigmoid: ActivationClass = /* @__PURE__ */ activation("Hardsigmoid", (x) => hardsigmoid(x));
/** x·hardsigmoid(x). */
export const Hardswish: ActivationClass = /* @__PURE__ */ activation("Hardswish", (x) => hardswish(x));

/** x above zero, negativeSlope·x below. */
export const LeakyReLU: ActivationClass<{ negativeSlope: number }> = /* @__PURE__ */ activation("LeakyReLU", leakyRelu, {
  negativeSlope: 0.01,
});
/** x above zero, alpha·(exp(x) − 1) below. */
export const ELU: ActivationClass<{ alpha: number }> = /* @__PURE__ */ activation("ELU", elu, { alpha: 1 });
/** max(0, x) + min(0, alpha·(exp(x/alpha) − 1)) (Barron 2017). Calls throw for an alpha of 0. */
export const CELU: ActivationClass<{ alpha: number }> = /* @__PURE__ */ activation("CELU", celu, { alpha: 1 });
/** x·Φ(x), Φ the normal distribution function; `approximate: "tanh"` for its approximation. */
export const GELU: ActivationClass<Required<GeluOptions>> = /* @__PURE__ */ activation<Required<GeluOptions>>("GELU", gelu, {
  approximate: "none",
});
/** log(1 + exp(beta·x))/beta; x itself where beta·x is above the threshold. */
export const Softplus: ActivationClass<{ beta: number; threshold: number }> = /* @__PURE__ */ activation("Softplus", softplus, {
  beta: 1,
  threshold: 20,
});
/** x limited to [minVal, maxVal]. Calls throw where they are the wrong way round. */
export const Hardtanh: ActivationClass<{ minVal: number; maxVal: number }> = /* @__PURE__ */ activation("Hardtanh", hardtanh, {
  minVal: -1,
  maxVal: 1,
});
/** x, but 0 where |x| ≤ lambd. */
export const Hardshrink: ActivationClass<{ lambd: number }> = /* @__PURE__ */ activation("Hardshrink", hardshrink, { lambd: 0.5 });
/** x moved by lambd towards zero. Calls throw for a negative lambd. */
export const Softshrink: ActivationClass<{ lambd: number }> = /* @__PURE__ */ activation("Softshrink", softshrink, { lambd: 0.5 });

// so that `act: ReLU` is a type, as for every other layer
export type ReLU = Activation;
export type ReLU6 = Activation;
export type SELU = Activation;
export type SiLU = Activation;
export type Mish = Activation;
export type Sigmoid = Activation;
export type LogSigmoid = Activation;
export type Tanh = Activation;
export type Tanhshrink = Activation;
export type Softsign = Activation;
export type Hardsigmoid = Activation;
export type Hardswish = Activation;
export type LeakyReLU = Activation;
export type ELU = Activation;
export type CELU = Activation;
export type GELU = Activation;
export type Softplus = Activation;
export type Hardtanh = Activation;
export type Hardshrink = Activation;
export type Softshrink = Activation;
