// Errors are data: the op, and what it was given, as fields. The text reads `op: problem (got shapes). hint`.

/** Everything the library throws on purpose. */
export class GradkitError extends Error {
  override name = "GradkitError";
  readonly op: string;

  constructor(op: string, problem: string, options?: ErrorOptions) {
    super(`${op}: ${problem}`, options);
    this.op = op;
  }
}

/** Shapes that do not fit each other or the op. */
export class ShapeError extends GradkitError {
  override name = "ShapeError";
}

/** A dtype that the op does not take. */
export class DTypeError extends GradkitError {
  override name = "DTypeError";
}

/** An index or a value out of its range. */
export class IndexError extends GradkitError {
  override name = "IndexError";
}

/** Tensors of different devices, a lost device, or no device. */
export class DeviceError extends GradkitError {
  override name = "DeviceError";
}

/** A tensor used after its storage was released. */
export class LifetimeError extends GradkitError {
  override name = "LifetimeError";
}

/** A gradient that cannot be computed: no graph, a freed graph, a value changed in place. */
export class GradientError extends GradkitError {
  override name = "GradientError";
}

/** Bytes that are not what their file format demands: truncated, corrupt, or of another format. */
export class FormatError extends GradkitError {
  override name = "FormatError";
}

/** What this backend cannot do. */
export class UnsupportedError extends GradkitError {
  override name = "UnsupportedError";
}

/** How shapes are written in messages. */
export const formatShape = (shape: readonly number[]): string => `[${shape.join(", ")}]`;
