// The training rows in TensorFlow.js: variables, optimizer.minimize, nothing left to the collector.
import * as tf from "@tensorflow/tfjs-core";
import { batchOf, CLASSES, type ModelName, models, oneHot, type Weights, weightsOf } from "../../src/models.ts";
import { firstLosses, type Runnable } from "../../src/serve.ts";
import { filtersOf, gelu, imagesOf, layerNorm, linear } from "./layers.ts";

type Parameters = Record<string, tf.Variable>;

/** Linear [out, in] becomes [in, out]; the first one behind images [C, H, W] gets its inputs in the order H W C. */
function variableOf({ shape, data }: Weights, imageBefore: readonly number[] | null): tf.Variable {
  const value = tf.tidy(() => {
    if (shape.length === 4) return filtersOf(data, shape);
    if (shape.length === 1) return tf.tensor(data, [...shape]);
    const [outputs, inputs] = shape as [number, number];
    if (!imageBefore) return tf.transpose(tf.tensor2d(data, [outputs, inputs]));
    return tf.reshape(tf.transpose(tf.tensor(data, [outputs, ...imageBefore]), [2, 3, 1, 0]), [inputs, outputs]);
  });
  const variable = tf.variable(value);
  value.dispose();
  return variable;
}

/** Model → the linear layer that follows the flattening of images of that shape. */
const flattened: Partial<Record<ModelName, readonly [key: string, image: readonly number[]]>> = {
  lenet: ["7.weight", [16, 5, 5]],
  cnn: ["6.weight", [64, 12, 12]],
};

const dense = (p: Parameters, name: string, x: tf.Tensor): tf.Tensor =>
  linear(x, p[`${name}.weight`] as tf.Variable, p[`${name}.bias`] as tf.Variable);

const conv = (p: Parameters, name: string, x: tf.Tensor, pad: "same" | "valid"): tf.Tensor =>
  tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, p[`${name}.weight`] as unknown as tf.Tensor4D, 1, pad), p[`${name}.bias`] as tf.Variable));

const pool = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, 2, 2, "valid");

const flatten = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.shape[0] as number, -1]);

function lstm(p: Parameters, x: tf.Tensor): tf.Tensor {
  const [steps, batch, inputs] = x.shape as [number, number, number];
  const bias = tf.add(p["lstm.bias_ih_l0"] as tf.Variable, p["lstm.bias_hh_l0"] as tf.Variable);
  const projected = linear(tf.reshape(x, [steps * batch, inputs]), p["lstm.weight_ih_l0"] as tf.Variable, bias);
  let [h, c]: tf.Tensor[] = [tf.zeros([batch, 256]), tf.zeros([batch, 256])];
  for (const gates of tf.unstack(tf.reshape(projected, [steps, batch, 1024]))) {
    const parts = tf.split(tf.add(gates, tf.matMul(h as tf.Tensor, p["lstm.weight_hh_l0"] as tf.Variable)), 4, 1);
    const [i, f, g, o] = parts as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    c = tf.add(tf.mul(tf.sigmoid(f), c as tf.Tensor), tf.mul(tf.sigmoid(i), tf.tanh(g)));
    h = tf.mul(tf.sigmoid(o), tf.tanh(c));
  }
  return dense(p, "fc", h as tf.Tensor);
}

function transformer(p: Parameters, x: tf.Tensor): tf.Tensor {
  const [batch, length, size] = x.shape as [number, number, number];
  const norm = (name: string, y: tf.Tensor): tf.Tensor =>
    layerNorm(y, p[`${name}.weight`] as tf.Variable, p[`${name}.bias`] as tf.Variable);
  const everywhere = (y: tf.Tensor, f: (rows: tf.Tensor) => tf.Tensor): tf.Tensor => {
    const rows = f(tf.reshape(y, [batch * length, -1]));
    return tf.reshape(rows, [batch, length, -1]);
  };
  const packed = everywhere(norm("norm1", x), (y) =>
    linear(y, p["self_attn.in_proj_weight"] as tf.Variable, p["self_attn.in_proj_bias"] as tf.Variable),
  );
  const heads = tf.unstack(tf.transpose(tf.reshape(packed, [batch, length, 3, 4, 64]), [2, 0, 3, 1, 4])); // [N, 4, T, 64]
  const [q, k, v] = heads as [tf.Tensor, tf.Tensor, tf.Tensor];
  const attended = tf.matMul(tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / 8)), v);
  const joined = tf.reshape(tf.transpose(attended, [0, 2, 1, 3]), [batch, length, size]);
  const y = tf.add(
    x,
    everywhere(joined, (rows) => dense(p, "self_attn.out_proj", rows)),
  );
  return tf.add(
    y,
    everywhere(norm("norm2", y), (rows) => dense(p, "linear2", gelu(dense(p, "linear1", rows)))),
  );
}

const networks: Record<ModelName, (p: Parameters, x: tf.Tensor) => tf.Tensor> = {
  mlp: (p, x) => dense(p, "2", tf.relu(dense(p, "0", x))),
  mlp512: (p, x) => dense(p, "4", tf.relu(dense(p, "2", tf.relu(dense(p, "0", x))))),
  lenet: (p, x) => {
    const features = flatten(pool(conv(p, "3", pool(conv(p, "0", x, "same")), "valid")));
    return dense(p, "11", tf.relu(dense(p, "9", tf.relu(dense(p, "7", features)))));
  },
  cnn: (p, x) => dense(p, "8", tf.relu(dense(p, "6", flatten(pool(conv(p, "2", conv(p, "0", x, "valid"), "valid")))))),
  lstm,
  transformer,
};

/** In two stages: sums of 262,144 floats in one lose the fifth digit here. */
const meanSquared = (x: tf.Tensor, y: tf.Tensor): tf.Scalar => tf.mean(tf.mean(tf.squaredDifference(x, y), -1));

export function training(name: ModelName): Runnable {
  const { input, target, optimizer: algorithm, lr } = models[name];
  const [flat, image] = flattened[name] ?? [];
  const weights = Object.entries(weightsOf(name)).map(
    ([key, each]) => [key, variableOf(each, key === flat && image ? image : null)] as const,
  );
  const parameters: Parameters = Object.fromEntries(weights);
  const variables = Object.values(parameters);
  const batch = batchOf(name);
  const x = input.length === 4 ? imagesOf(batch.x, input) : tf.tensor(batch.x, [...input]);
  const y = target === "classes" ? tf.tensor2d(oneHot(batch.labels), [batch.labels.length, CLASSES]) : tf.tensor(batch.values, [...input]);
  const lossOf = (): tf.Scalar => {
    const output = networks[name](parameters, x);
    return target === "classes" ? tf.losses.softmaxCrossEntropy(y, output) : meanSquared(output, y);
  };
  const optimizer = algorithm === "SGD" ? tf.train.sgd(lr) : tf.train.adam(lr, 0.9, 0.999, 1e-8);

  const train = async (): Promise<number> => {
    if (algorithm === "AdamW") {
      const keep = 1 - lr * 0.01; // PyTorch's default decay
      tf.tidy(() => {
        for (const variable of variables) variable.assign(tf.mul(variable, keep));
      });
    }
    const loss = optimizer.minimize(lossOf, true, variables) as tf.Scalar;
    const [value] = await loss.data();
    loss.dispose();
    return value as number;
  };
  return {
    step: async () => {
      await train();
    },
    check: () => firstLosses(train),
  };
}
