// Tensors that belong to a module. Their class is what tells a module which of its fields are parameters and which are buffers.
import { Tensor } from "@gradkit/tensor";

/** A tensor that is trained: it requires grad, and modules that hold it in a field list it among their parameters. */
export class Parameter extends Tensor {
  /** A handle of its own on the memory of `source`. */
  constructor(source: Tensor, requiresGrad = true) {
    super(source.storage, source.dtype, source.shape, source.strides, source.offset);
    this.kept = true;
    if (requiresGrad) this.requiresGrad_();
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** State that is saved but not trained, such as running statistics. */
export class BufferTensor extends Tensor {
  /** Whether `stateDict()` holds it. */
  readonly persistent: boolean;

  constructor(source: Tensor, persistent = true) {
    super(source.storage, source.dtype, source.shape, source.strides, source.offset);
    this.kept = true;
    this.persistent = persistent;
  }
}

export interface ParameterOptions {
  /** Default: true. */
  requiresGrad?: boolean;
}

/**
 * Makes a tensor a parameter of the module whose field it becomes. Both share their memory.
 *
 * @example
 * class Scale extends Module {
 *   factor = parameter(ones([1]));
 *   forward(x: Tensor): Tensor { return x.mul(this.factor); }
 * }
 */
export const parameter = (source: Tensor, { requiresGrad = true }: ParameterOptions = {}): Parameter => new Parameter(source, requiresGrad);

export interface BufferOptions {
  /** Whether `stateDict()` holds it. Default: true. */
  persistent?: boolean;
}

/** Makes a tensor a buffer of the module whose field it becomes. Both share their memory. */
export const buffer = (source: Tensor, { persistent = true }: BufferOptions = {}): BufferTensor => new BufferTensor(source, persistent);
