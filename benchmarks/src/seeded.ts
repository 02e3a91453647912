// The same pseudo-random numbers in every language: a hash of (seed, index), so that peers agree without files. peers/torch/seeded.py is its twin.

/** `count` floats, uniform in [−scale, scale). The mixing steps are those of MurmurHash3's finalizer (Appleby 2011). */
export function seeded(seed: number, count: number, scale: number = 1): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let bits = Math.imul(i ^ Math.imul(seed, 0x9e37), 0x9e3779b1);
    bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    bits = (bits ^ (bits >>> 16)) >>> 0;
    values[i] = ((bits >>> 8) / 0x80_0000 - 1) * scale;
  }
  return values;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Uniform in [0, 1). What pooling gets: TensorFlow.js loses the gradient of windows that hold no positive number. */
export const seededPositive = (seed: number, count: number): Float32Array<ArrayBuffer> =>
  seeded(seed, count, 0.5).map((value) => value + 0.5);
