// Matrices with structure: orthogonal ones, and ones that are mostly zero.
import { formatShape, ShapeError, type Tensor } from "@gradkit/tensor";
import { type DrawOptions, generatorOf, write } from "./write.ts";

export interface OrthogonalOptions extends DrawOptions {
  /** Length of each row (or column, whichever are fewer). Default: 1. */
  gain?: number;
}

/** Makes vectors of length `size`, stored one after the other, orthonormal (modified Gram–Schmidt, twice: Giraud et al. 2005). */
function orthonormalise(vectors: Float64Array, count: number, size: number): void {
  const vector = (i: number): Float64Array => vectors.subarray(i * size, (i + 1) * size);
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  for (let i = 0; i < count; i++) {
    const v = vector(i);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const u = vector(j);
        const along = dot(v, u);
        for (let k = 0; k < size; k++) v[k] = (v[k] as number) - along * (u[k] as number);
      }
    }
    const length = Math.sqrt(dot(v, v));
    for (let k = 0; k < size; k++) v[k] = (v[k] as number) / length;
  }
}

/** A (semi-)orthogonal matrix, uniformly drawn (Saxe, McClelland & Ganguli 2014); dims after the first count as columns. */
export function orthogonal_(x: Tensor, { gain = 1, ...draw }: OrthogonalOptions = {}): Tensor {
  if (x.ndim < 2) throw new ShapeError("orthogonal_", `expected at least 2 dims (got ${formatShape(x.shape)})`);
  if (x.numel === 0) return x;
  const rows = x.shape[0] as number;
  const columns = x.numel / rows;
  const [count, size] = rows < columns ? [rows, columns] : [columns, rows];
  return write(x, () => {
    const vectors = Float64Array.from(generatorOf(draw).normalArray(x.numel));
    orthonormalise(vectors, count, size);
    const at = (row: number, column: number): number => vectors[rows < columns ? row * size + column : column * size + row] as number;
    return Float32Array.from({ length: x.numel }, (_, i) => gain * at(Math.floor(i / columns), i % columns));
  });
}

export interface SparseOptions extends DrawOptions {
  /** Of the values that are not zero. Default: 0.01. */
  std?: number;
}

/** Normal values, with the same share of zeros in each column, rounded up (Martens 2010). */
export function sparse_(x: Tensor, sparsity: number, { std = 0.01, ...draw }: SparseOptions = {}): Tensor {
  if (x.ndim !== 2) throw new ShapeError("sparse_", `expected a matrix (got ${formatShape(x.shape)})`);
  const [rows, columns] = x.shape as readonly [number, number];
  return write(x, () => {
    const generator = generatorOf(draw);
    const values = generator.normalArray(x.numel, 0, std);
    for (let column = 0; column < columns; column++) {
      for (const row of generator.permutation(rows).subarray(0, Math.ceil(sparsity * rows))) values[row * columns + column] = 0;
    }
    return values;
  });
}
