// Weights whose largest singular value is 1.
import { type Generator, IndexError, mv, noGrad, normal, scope, type Tensor } from "@gradkit/tensor";
import { normalize } from "../functional/distance.ts";
import { ConvTransposeNd } from "../layers/conv-transpose.ts";
import { Module } from "../module.ts";
import { type BufferTensor, buffer } from "../parameter.ts";
import { registerParametrization } from "./register.ts";

/** At the start, when nothing is known of the singular vectors. */
const FIRST_ITERATIONS = 15;

/** A weight as a matrix; `dim` becomes its rows. */
export const asMatrix = (weight: Tensor, dim: number): Tensor => weight.movedim(dim, 0).flatten(1);

/** weight / (uᵀ·W·v): the gradient sees the vectors as constants, and their values as of now. */
export function divideBySigma(weight: Tensor, left: Tensor, right: Tensor, dim: number): Tensor {
  const [u, v] = [left.clone(), right.clone()]; // the buffers move on before backward
  return scope(() => weight.div(mv(asMatrix(weight, dim), v).mul(u).sum()));
}

/** A first estimate of a singular vector: a random direction. */
export const randomDirection = (size: number, weight: Tensor, eps: number, generator: Generator | undefined): BufferTensor =>
  buffer(normalize(normal([size], 0, 1, { device: weight.device, ...(generator && { generator }) }), 2, 0, { eps }));

/** Of the weight, the dim that is a matrix's rows where the user names none. */
export const rowsOf = (module: Module): number => (module instanceof ConvTransposeNd ? 1 : 0);

export function checkIterations(nPowerIterations: number): void {
  if (nPowerIterations < 1) throw new IndexError("spectralNorm", `nPowerIterations must be at least 1 (got ${nPowerIterations})`);
}

interface Settings {
  readonly nPowerIterations: number;
  readonly eps: number;
  readonly dim: number;
}

class SpectralNorm extends Module {
  readonly settings: Settings;
  readonly _u: BufferTensor | null; // [rows]: an estimate of the first left singular vector
  readonly _v: BufferTensor | null; // [columns]: and of the right one

  constructor(weight: Tensor, settings: Settings, generator: Generator | undefined) {
    super();
    this.settings = settings;
    if (weight.ndim < 2) {
      [this._u, this._v] = [null, null];
      return;
    }
    const [rows, columns] = asMatrix(weight.detach(), settings.dim).shape as readonly [number, number];
    const start = (size: number): BufferTensor => randomDirection(size, weight, settings.eps, generator);
    [this._u, this._v] = [start(rows), start(columns)];
    this.iterate(weight, FIRST_ITERATIONS);
  }

  protected iterate(weight: Tensor, count: number): void {
    const { _u: u, _v: v } = this;
    const { eps, dim } = this.settings;
    noGrad(() =>
      scope(() => {
        const matrix = asMatrix(weight, dim);
        for (let i = 0; i < count; i++) {
          u?.copy_(normalize(mv(matrix, v as Tensor), 2, 0, { eps }));
          v?.copy_(normalize(mv(matrix.t(), u as Tensor), 2, 0, { eps }));
        }
      }),
    );
  }

  forward(weight: Tensor): Tensor {
    const { dim, eps, nPowerIterations } = this.settings;
    if (!this._u || !this._v) return normalize(weight, 2, 0, { eps });
    if (this.training) this.iterate(weight, nPowerIterations);
    return divideBySigma(weight, this._u, this._v, dim);
  }

  rightInverse(value: Tensor): Tensor {
    return value;
  }
}

export interface SpectralNormOptions {
  /** The field. Default: "weight". */
  name?: string;
  /** Steps of power iteration at each use in training. Default: 1. */
  nPowerIterations?: number;
  /** Default: 1e-12. */
  eps?: number;
  /** Of the weight, the one that is a matrix's rows. Default: 1 for transposed convolutions, else 0. */
  dim?: number;
  /** Of the first estimates. Default: the default generator. */
  generator?: Generator;
}

/**
 * Divides a weight by its largest singular value (Miyato et al. 2018), as torch.nn.utils.parametrizations.spectral_norm. For the older keys weight_orig, weight_u and
 * weight_v see `@gradkit/nn/utils`.
 *
 * @example
 * const layer = spectralNorm(new Linear(20, 40));
 */
export function spectralNorm<M extends Module>(module: M, options: SpectralNormOptions = {}): M {
  const { name = "weight", nPowerIterations = 1, eps = 1e-12, dim = rowsOf(module), generator } = options;
  checkIterations(nPowerIterations);
  const weight = (module as unknown as Record<string, Tensor>)[name];
  return registerParametrization(module, name, new SpectralNorm(weight as Tensor, { nPowerIterations, eps, dim }, generator));
}
