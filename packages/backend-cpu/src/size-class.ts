// Size classes of the memory pool: steps of 64 bytes up to 256, from there four per doubling, so a block wastes a fifth at most.

/** Every block starts at a multiple of this: a cache line, and enough for any vector. */
export const alignment = 64;

/** Index of the smallest class that holds `byteLength`. */
export function sizeClass(byteLength: number): number {
  if (byteLength <= 256) return byteLength <= 64 ? 0 : (byteLength - 1) >>> 6;
  const last = byteLength - 1;
  const exponent = 31 - Math.clz32(last);
  return 4 * (exponent - 7) + (last >>> (exponent - 2)) - 4;
}

/** Bytes of a class's blocks. */
export function classByteLength(index: number): number {
  if (index < 4) return (index + 1) * 64;
  return ((index & 3) + 5) * (1 << ((index >>> 2) + 5)); // the largest, 4 GiB, is 8 · 2²⁹
}
