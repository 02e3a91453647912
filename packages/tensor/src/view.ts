// Strided layouts: what every kernel and every movement op works on. Pure arithmetic on shapes and strides.

export const numel = (shape: readonly number[]): number => {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i] as number;
  return n;
};

/** Row-major strides. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i] as number;
  }
  return strides;
}

interface Layout {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Row-major without gaps. Dims of size 1 may have any stride, unless the strides are to be `exact`. */
export function isContiguous({ shape, strides }: Layout, exact = false): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] as number;
    if (size === 0) return !exact;
    if ((exact || size !== 1) && strides[i] !== step) return false;
    step *= size;
  }
  return true;
}

/**
 * One shape for several views that are walked together, with neighbouring dims merged wherever every view allows it: kernels then see
 * as few, as long loops as there can be. `strides[v]` are view v's, in elements. Dims of size 1 vanish; the result may have rank 0.
 *
 * @example
 * coalesce([2, 3, 4], [[12, 4, 1], [0, 4, 1]]) // { shape: [2, 12], strides: [[12, 1], [0, 1]] }
 */
export function coalesce(shape: readonly number[], strides: readonly (readonly number[])[]): { shape: number[]; strides: number[][] } {
  const outShape: number[] = [];
  const outStrides: number[][] = strides.map(() => []);
  for (let d = 0; d < shape.length; d++) {
    const size = shape[d] as number;
    if (size === 1) continue;
    const last = outShape.length - 1;
    const mergeable = last >= 0 && strides.every((s, v) => (outStrides[v] as number[])[last] === (s[d] as number) * size);
    if (mergeable) {
      outShape[last] = (outShape[last] as number) * size;
      strides.forEach((s, v) => {
        (outStrides[v] as number[])[last] = s[d] as number;
      });
    } else {
      outShape.push(size);
      strides.forEach((s, v) => {
        (outStrides[v] as number[]).push(s[d] as number);
      });
    }
  }
  return { shape: outShape, strides: outStrides };
}
