// Kernels take integers: a float goes as its bits.

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

export function floatBits(value: number): number {
  float[0] = value;
  return bits[0] as number;
}
