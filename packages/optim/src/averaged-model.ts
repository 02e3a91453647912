// Averages of a model's weights along its training: stochastic weight averaging, and exponential moving averages.
import { formatShape, GradkitError, noGrad, ShapeError, scope, type Tensor } from "@gradkit/tensor";

/** A module, as far as averages look. */
export interface AveragedSource {
  namedParameters(): readonly (readonly [name: string, parameter: Tensor])[];
  namedBuffers(): readonly (readonly [name: string, buffer: Tensor])[];
}

/** The next average from the present one. `numAveraged` models are in it, at least one. */
export type AvgFn = (average: Tensor, current: Tensor, numAveraged: number) => Tensor;

/** The plain mean of all models: what AveragedModel does by itself. */
export const getSwaAvgFn = (): AvgFn => (average, current, numAveraged) => average.lerp(current, 1 / (numAveraged + 1));

/** An exponential moving average: decay · average + (1 − decay) · current. Throws for a decay outside [0, 1]. */
export function getEmaAvgFn(decay = 0.999): AvgFn {
  if (!(decay >= 0 && decay <= 1)) throw new GradkitError("getEmaAvgFn", `decay must be in [0, 1] (got ${decay})`);
  return (average, current) => average.lerp(current, 1 - decay);
}

export interface AveragedModelOptions {
  /** Default: the mean of all models. */
  avgFn?: AvgFn;
  /** Average buffers too, such as running statistics. Default: false, they are the model's last ones. */
  useBuffers?: boolean;
}

/**
 * Averages the parameters of a model. Where torch's is a second model, this holds the averages alone: `use` puts them into the model for as long
 * as a function runs.
 *
 * @example
 * const averaged = new AveragedModel(model, { avgFn: getEmaAvgFn(0.999) });
 * optimizer.step();
 * averaged.updateParameters(model);
 * const accuracy = await averaged.use(() => test(model));
 */
export class AveragedModel {
  readonly model: AveragedSource;
  /** How many models are in the averages. */
  nAveraged = 0;
  readonly #avgFn: AvgFn;
  readonly #useBuffers: boolean;
  readonly #averages: Map<string, Tensor>;

  constructor(model: AveragedSource, { avgFn = getSwaAvgFn(), useBuffers = false }: AveragedModelOptions = {}) {
    this.model = model;
    this.#avgFn = avgFn;
    this.#useBuffers = useBuffers;
    const tensors = [...model.namedParameters(), ...model.namedBuffers()];
    this.#averages = noGrad(() => new Map(tensors.map(([name, value]) => [name, value.clone().keep()])));
  }

  /** Takes the model as it is now into the averages; the first one starts them. */
  updateParameters(model: AveragedSource = this.model): void {
    noGrad(() =>
      scope(() => {
        for (const [name, current] of model.namedParameters()) this.#take(name, current, true);
        for (const [name, current] of model.namedBuffers()) this.#take(name, current, this.#useBuffers);
      }),
    );
    this.nAveraged++;
  }

  #take(name: string, current: Tensor, averaging: boolean): void {
    const average = this.#averages.get(name);
    if (average?.numel !== current.numel)
      throw new ShapeError("updateParameters", `the averages have no ${name} of this shape (got ${formatShape(current.shape)})`);
    const started = averaging && this.nAveraged > 0 && current.dtype.startsWith("float");
    average.copy_(started ? this.#avgFn(average, current, this.nAveraged) : current);
  }

  /** Calls a function, sync or async, while the model has the averages for its weights; its own come back after. */
  use<T>(fn: () => T): T {
    this.#swap();
    let result: T;
    try {
      result = fn();
    } catch (error) {
      this.#swap();
      throw error;
    }
    if (result instanceof Promise) return result.finally(() => this.#swap()) as T;
    this.#swap();
    return result;
  }

  #swap(): void {
    noGrad(() =>
      scope(() => {
        for (const [name, current] of [...this.model.namedParameters(), ...this.model.namedBuffers()]) {
          const average = this.#averages.get(name) as Tensor;
          const own = current.clone();
          current.copy_(average);
          average.copy_(own);
        }
      }),
    );
  }

  /** PyTorch's layout: the averages under `module.`, and how many models are in them. */
  stateDict(): Record<string, Tensor | number> {
    const averages = [...this.#averages].map(([name, value]) => [`module.${name}`, value] as const);
    return { n_averaged: this.nAveraged, ...Object.fromEntries(averages) };
  }

  /** Takes over what `stateDict()` returned; tensors are copied. Throws a GradkitError for a missing one. */
  loadStateDict(saved: Readonly<Record<string, Tensor | number>>): void {
    noGrad(() => {
      for (const [name, average] of this.#averages) {
        const value = saved[`module.${name}`];
        if (value === undefined || typeof value === "number")
          throw new GradkitError("AveragedModel", `the state dict has no module.${name}`);
        average.copy_(value);
      }
    });
    this.nAveraged = Number(saved.n_averaged ?? 0);
  }
}
