// What the rows share. jax-js takes ownership of its operands: `x.ref` keeps one for later.
import { lax, nn, numpy as np } from "@jax-js/jax";

export const arrayOf = (data: Float32Array<ArrayBuffer>, shape: readonly number[]): np.Array => np.array(data).reshape([...shape]);

export function maxPool(x: np.Array): np.Array {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return np.max(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5]);
}

/** x [..., in] through PyTorch's weight [out, in]. */
export const linear = (x: np.Array, weight: np.Array, bias: np.Array): np.Array => np.matmul(x, np.swapaxes(weight, 0, 1)).add(bias);

export const layerNorm = (x: np.Array, weight: np.Array, bias: np.Array): np.Array => nn.standardize(x, -1).mul(weight).add(bias);

export const conv = (x: np.Array, weight: np.Array, bias: np.Array, padding: "SAME" | "VALID"): np.Array =>
  lax.conv(x, weight, [1, 1], padding).add(bias.reshape([1, -1, 1, 1]));
