// Losses scaled up, so that gradients in float16 do not vanish, and gradients scaled down before the step. torch.amp.GradScaler.
import { GradkitError, noGrad, scope, stack, type Tensor } from "@gradkit/tensor";
import type { CommonOptions, OptimizerState } from "./optimizer.ts";

/** Any optimizer. */
type AnyOptimizer = OptimizerState<CommonOptions> & { step(): void };

export interface GradScalerOptions {
  /** Default: 2¹⁶. */
  initScale?: number;
  /** Of the scale, after `growthInterval` updates without infinities. Default: 2. */
  growthFactor?: number;
  /** Of the scale, after an infinity. Default: 0.5. */
  backoffFactor?: number;
  /** Default: 2000. */
  growthInterval?: number;
  /** false: the scaler does nothing. Default: true. */
  enabled?: boolean;
}

/** With PyTorch's keys. */
export interface GradScalerState {
  scale: number;
  growth_factor: number;
  backoff_factor: number;
  growth_interval: number;
  _growth_tracker: number;
}

/** What is known of an optimizer since the last update. */
interface Progress {
  /** A bool on the device for each gradient: whether it is finite. */
  readonly finite: readonly Tensor[];
  stepped: boolean;
}

/**
 * Scales losses so that gradients in float16 neither vanish nor overflow. Steps whose gradients hold an infinity or NaN are skipped, and the scale
 * is halved; after many without, it is doubled.
 *
 * @example
 * const scaler = new GradScaler();
 * const loss = autocast(() => criterion.call(model.call(x), y));
 * scaler.scale(loss).backward();
 * await scaler.step(optimizer);
 * await scaler.update();
 */
export class GradScaler {
  readonly enabled: boolean;
  #scale: number;
  #growthFactor: number;
  #backoffFactor: number;
  #growthInterval: number;
  #growthTracker = 0;
  #progress = new Map<AnyOptimizer, Progress>();

  constructor({
    initScale = 2 ** 16,
    growthFactor = 2,
    backoffFactor = 0.5,
    growthInterval = 2000,
    enabled = true,
  }: GradScalerOptions = {}) {
    if (enabled && !(growthFactor > 1)) throw new GradkitError("GradScaler", `growthFactor must be above 1 (got ${growthFactor})`);
    if (enabled && !(backoffFactor < 1)) throw new GradkitError("GradScaler", `backoffFactor must be below 1 (got ${backoffFactor})`);
    this.enabled = enabled;
    this.#scale = initScale;
    this.#growthFactor = growthFactor;
    this.#backoffFactor = backoffFactor;
    this.#growthInterval = growthInterval;
  }

  /** The loss times the scale. */
  scale(loss: Tensor): Tensor {
    return this.enabled ? loss.mul(this.#scale) : loss;
  }

  /** Divides the gradients of an optimizer by the scale: before they are clipped. `step` does it where nobody did. */
  unscale_(optimizer: AnyOptimizer): void {
    if (!this.enabled) return;
    const done = this.#progress.get(optimizer);
    if (done)
      throw new GradkitError("unscale_", `${done.stepped ? "step() was called" : "the gradients were unscaled"} since the last update()`);
    const gradients = optimizer.paramGroups.flatMap(({ params }) => params.flatMap(({ accumulatedGrad }) => accumulatedGrad ?? []));
    if (gradients.some(({ dtype }) => dtype === "float16"))
      throw new GradkitError("unscale_", "gradients are float16, which would lose them. Keep parameters in float32, and use autocast()");
    const finite = noGrad(() =>
      scope(() =>
        gradients.map((gradient) => {
          gradient.mul_(1 / this.#scale);
          return gradient.isfinite().all();
        }),
      ),
    );
    this.#progress.set(optimizer, { finite, stepped: false });
  }

  /** `optimizer.step()`, unless a gradient is infinite or NaN. Whether it was made. Reads from the device. */
  async step(optimizer: AnyOptimizer): Promise<boolean> {
    if (!this.enabled) {
      optimizer.step();
      return true;
    }
    if (this.#progress.get(optimizer)?.stepped) throw new GradkitError("step", "it was called for this optimizer since the last update()");
    if (!this.#progress.has(optimizer)) this.unscale_(optimizer);
    const progress = this.#progress.get(optimizer) as Progress;
    if (progress.finite.length === 0)
      throw new GradkitError("step", "the optimizer has no gradients. Call backward() on the scaled loss first");
    progress.stepped = true;
    const allFinite = await allOf(progress.finite);
    if (allFinite) optimizer.step();
    return allFinite;
  }

  /** Changes the scale, once all optimizers made their steps: after an infinity, after many steps without, or to a value of your own. */
  async update(newScale: number | null = null): Promise<void> {
    if (!this.enabled) return;
    const finite = [...this.#progress.values()].flatMap((progress) => progress.finite);
    this.#progress = new Map();
    if (newScale !== null) {
      this.#scale = newScale;
      return;
    }
    if (finite.length === 0) throw new GradkitError("update", "no gradients were looked at since the last one. Call step() before");
    if (!(await allOf(finite))) {
      this.#scale *= this.#backoffFactor;
      this.#growthTracker = 0;
    } else if (++this.#growthTracker === this.#growthInterval) {
      const grown = this.#scale * this.#growthFactor;
      if (Number.isFinite(Math.fround(grown))) this.#scale = grown; // the scale is a float32 in torch
      this.#growthTracker = 0;
    }
  }

  /** What losses are multiplied by. */
  getScale(): number {
    return this.enabled ? this.#scale : 1;
  }

  /** Empty where the scaler is not enabled. */
  stateDict(): GradScalerState | Record<string, never> {
    if (!this.enabled) return {};
    return {
      scale: this.#scale,
      growth_factor: this.#growthFactor,
      backoff_factor: this.#backoffFactor,
      growth_interval: this.#growthInterval,
      _growth_tracker: this.#growthTracker,
    };
  }

  /** Takes over what `stateDict()` returned. */
  loadStateDict(state: GradScalerState): void {
    if (!this.enabled) return;
    this.#scale = state.scale;
    this.#growthFactor = state.growth_factor;
    this.#backoffFactor = state.backoff_factor;
    this.#growthInterval = state.growth_interval;
    this.#growthTracker = state._growth_tracker;
  }
}

const allOf = async (flags: readonly Tensor[]): Promise<boolean> => (await scope(() => stack(flags).all()).item()) !== 0;
