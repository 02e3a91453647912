// Memory for time: what the ops of a stretch would save for backward is computed again when backward gets there.
import {
  type DType,
  defaultGenerator,
  enableGrad,
  formatShape,
  GradientError,
  isGradEnabled,
  type Shape,
  scope,
  Tensor,
} from "@gradkit/tensor";
import { operandCasts, untracked, type View, withCasts } from "@gradkit/tensor/recorder";
import { HeldValue, type SavedValue, saveValue, savingBy } from "./saved.ts";

/**
 * Calls `fn`, and saves none of the values inside for backward: it is called again then, with the random numbers that it had, so that dropout
 * drops the same. As torch.utils.checkpoint without reentry. `fn` is synchronous and gives the same for the same inputs; what it makes and does
 * not return is released, as by `scope`. Throws a GradientError in backward when the second call differs from the first.
 *
 * @example
 * const y = checkpoint((x) => block.call(x), x); // x is held, the activations inside block are not
 */
export function checkpoint<Inputs extends readonly unknown[], Output>(fn: (...inputs: Inputs) => Output, ...inputs: Inputs): Output {
  return isGradEnabled() ? new Stretch(fn, inputs).run(inputs) : fn(...inputs);
}

/** A tensor among the inputs: held, and wrapped anew for the second call. */
interface HeldInput {
  readonly value: SavedValue;
  readonly requiresGrad: boolean;
}

class Stretch<Inputs extends readonly unknown[], Output> {
  readonly #fn: (...inputs: Inputs) => Output;
  readonly #tensors: readonly (HeldInput | null)[];
  /** With null in the place of tensors. */
  readonly #others: readonly unknown[];
  readonly #random = defaultGenerator.state;
  readonly #casts = operandCasts();
  readonly #values: RecomputedValue[] = [];
  #pending = 0;

  constructor(fn: (...inputs: Inputs) => Output, inputs: Inputs) {
    this.#fn = fn;
    this.#tensors = inputs.map((input) => (input instanceof Tensor ? { value: saveValue(input), requiresGrad: input.requiresGrad } : null));
    this.#others = inputs.map((input) => (input instanceof Tensor ? null : input));
  }

  /** The first call: what is saved are promises. */
  run(inputs: Inputs): Output {
    const output = scope(() =>
      this.#call(inputs, (tensor, isOutside) => {
        if (isOutside) return new HeldValue(tensor);
        const value = new RecomputedValue(tensor, this);
        this.#values.push(value);
        return value;
      }),
    );
    this.#pending = this.#values.length;
    if (this.#pending === 0) this.#releaseInputs();
    return output;
  }

  /** The second call: the promises are kept. */
  recompute(): void {
    const made: SavedValue[] = [];
    const unread: SavedValue[] = []; // saved by ops whose gradients nobody will ask for: the first call's are
    const inputs = this.#tensors.map((tensor, i) => (tensor ? again(tensor) : this.#others[i])) as unknown as Inputs;
    const random = defaultGenerator.state;
    defaultGenerator.state = this.#random;
    try {
      const save = (tensor: Tensor, isOutside: boolean): SavedValue => {
        const value = new HeldValue(tensor);
        (isOutside ? unread : made).push(value);
        return value;
      };
      untracked(() => scope(() => enableGrad(() => withCasts(this.#casts, () => void this.#call(inputs, save)))));
      checkAlike(this.#values, made);
      this.#values.forEach((value, i) => {
        value.receive(made[i] as SavedValue);
      });
    } catch (error) {
      for (const value of made) value.release();
      throw error;
    } finally {
      defaultGenerator.state = random;
      for (const value of unread) value.release();
      for (const input of inputs) if (input instanceof Tensor) input.dispose();
    }
  }

  /** No gradient will read one of the values any more. */
  valueReleased(): void {
    if (--this.#pending === 0) this.#releaseInputs();
  }

  /** Calls `fn`, whose ops save by `save`; it learns whether a tensor lives outside, as parameters and inputs do, or was made by `fn`. */
  #call(inputs: Inputs, save: (tensor: Tensor, isOutside: boolean) => SavedValue): Output {
    return savingBy(
      (tensor) => save(tensor, (tensor.isLeaf && tensor.requiresGrad) || inputs.includes(tensor)),
      () => this.#fn(...inputs),
    );
  }

  #releaseInputs(): void {
    for (const tensor of this.#tensors) tensor?.value.release();
  }
}

function again({ value, requiresGrad }: HeldInput): Tensor {
  value.check("checkpoint");
  const tensor = value.toTensor();
  return requiresGrad ? tensor.requiresGrad_() : tensor;
}

function checkAlike(first: readonly View[], second: readonly View[]): void {
  const list = (values: readonly View[]): string => values.map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`).join(", ");
  if (list(first) === list(second)) return;
  throw new GradientError(
    "checkpoint",
    `the function saved other values for its gradient when it was called again (got ${list(second)}, at first ${list(first)}). It must do the same in each call`,
  );
}

/** A value that exists only from the second call on. */
class RecomputedValue implements SavedValue {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly #stretch: Pick<Stretch<never, unknown>, "recompute" | "valueReleased">;
  #value: SavedValue | null = null;
  #released = false;

  constructor({ dtype, shape }: Tensor, stretch: Pick<Stretch<never, unknown>, "recompute" | "valueReleased">) {
    this.dtype = dtype;
    this.shape = shape;
    this.#stretch = stretch;
  }

  get #computed(): SavedValue {
    if (!this.#value) this.#stretch.recompute();
    return this.#value as unknown as SavedValue;
  }

  get strides(): Shape {
    return this.#computed.strides;
  }

  get offset(): number {
    return this.#computed.offset;
  }

  get buffer(): View["buffer"] {
    return this.#computed.buffer;
  }

  check(op: string): void {
    this.#computed.check(op);
  }

  toTensor(): Tensor {
    return this.#computed.toTensor();
  }

  receive(value: SavedValue): void {
    if (this.#released) value.release();
    else this.#value = value;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#value?.release();
    this.#stretch.valueReleased();
  }
}
