// A page's program that trains the perceptron.
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-backend-wasm";

await tf.setBackend("wasm");
const weights = [tf.variable(tf.randomNormal([784, 128])), tf.variable(tf.randomNormal([128, 10]))] as const;
const biases = [tf.variable(tf.zeros([128])), tf.variable(tf.zeros([10]))] as const;
const optimizer = tf.train.sgd(0.1);

export async function step(x: tf.Tensor, y: tf.Tensor): Promise<number> {
  const loss = optimizer.minimize(() => {
    const hidden = tf.relu(tf.add(tf.matMul(x, weights[0]), biases[0]));
    return tf.losses.softmaxCrossEntropy(y, tf.add(tf.matMul(hidden, weights[1]), biases[1]));
  }, true) as tf.Scalar;
  return (await loss.data())[0] as number;
}
