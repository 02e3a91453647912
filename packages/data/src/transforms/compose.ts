// Several transforms as one.

/** Maps one sample, or one field of it, to another. */
export type Transform<In, Out> = (sample: In) => Out;

/**
 * Applies transforms one after the other, as torchvision.transforms.Compose.
 *
 * @example
 * const prepare = compose(toFloat, normalize([0.1307], [0.3081]));
 */
export function compose<A, B>(first: Transform<A, B>): Transform<A, B>;
export function compose<A, B, C>(first: Transform<A, B>, second: Transform<B, C>): Transform<A, C>;
export function compose<A, B, C, D>(first: Transform<A, B>, second: Transform<B, C>, third: Transform<C, D>): Transform<A, D>;
export function compose<A, B>(first: Transform<A, B>, ...rest: Transform<B, B>[]): Transform<A, B>;
export function compose(...transforms: Transform<unknown, unknown>[]): Transform<unknown, unknown> {
  return (sample) => transforms.reduce((value, transform) => transform(value), sample);
}
