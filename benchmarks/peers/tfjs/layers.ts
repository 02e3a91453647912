// What TensorFlow.js has no single op for, and PyTorch's layouts turned into its own: images N H W C, filters H W I O.
import * as tf from "@tensorflow/tfjs-core";

type Shape4 = [number, number, number, number];

/** By tanh (Hendrycks & Gimpel 2016). */
export function gelu<T extends tf.Tensor>(x: T): T {
  const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.mul(x, tf.mul(x, x)))));
  return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)));
}

export function layerNorm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5))), weight), bias);
}

/** x [N, in] through a weight [in, out]. */
export const linear = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor => tf.add(tf.matMul(x, weight), bias);

export const imagesOf = (data: Float32Array, shape: readonly number[]): tf.Tensor4D =>
  tf.tidy(() => tf.transpose(tf.tensor4d(data, shape as Shape4), [0, 2, 3, 1]));

/** [O, I, KH, KW], or [C, 1, KH, KW] for a depthwise filter [KH, KW, C, 1]. */
export const filtersOf = (data: Float32Array, shape: readonly number[], depthwise = false): tf.Tensor4D =>
  tf.tidy(() => tf.transpose(tf.tensor4d(data, shape as Shape4), depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]));
