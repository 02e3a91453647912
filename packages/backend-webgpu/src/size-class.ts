// Size classes of the buffer pool: 256 bytes, from there four per doubling, so a buffer wastes a fifth at most.

const smallest = 256;

/** Bytes of the smallest class that holds `byteLength`. */
export function classByteLength(byteLength: number): number {
  if (byteLength <= smallest) return smallest;
  const step = 2 ** (Math.floor(Math.log2(byteLength - 1)) - 2);
  return Math.ceil(byteLength / step) * step;
}
