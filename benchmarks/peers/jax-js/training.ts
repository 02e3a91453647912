// The training rows in jax-js: one jitted function makes a whole step.
import { blockUntilReady, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { batchOf, CLASSES, type ModelName, models, oneHot, weightsOf } from "../../src/models.ts";
import { firstLosses, type Runnable } from "../../src/serve.ts";
import { arrayOf, conv, layerNorm, linear, maxPool } from "./layers.ts";

type Arrays = Record<string, np.Array>;

const dense = (p: Arrays, name: string, x: np.Array): np.Array => linear(x, p[`${name}.weight`] as np.Array, p[`${name}.bias`] as np.Array);

const convolved = (p: Arrays, name: string, x: np.Array, padding: "SAME" | "VALID"): np.Array =>
  nn.relu(conv(x, p[`${name}.weight`] as np.Array, p[`${name}.bias`] as np.Array, padding));

const flatten = (x: np.Array): np.Array => x.reshape([x.shape[0] as number, -1]);

function lstm(p: Arrays, x: np.Array): np.Array {
  const [steps, batch] = x.shape as [number, number];
  const bias = (p["lstm.bias_ih_l0"] as np.Array).add(p["lstm.bias_hh_l0"] as np.Array);
  const gates = linear(x, p["lstm.weight_ih_l0"] as np.Array, bias); // [T, N, 4·256]
  const weight = np.swapaxes(p["lstm.weight_hh_l0"] as np.Array, 0, 1);
  let [h, c] = [np.zeros([batch, 256]), np.zeros([batch, 256])];
  for (const step of np.split(gates, steps, 0)) {
    const parts = np.split(step.reshape([batch, 1024]).add(np.matmul(h, weight.ref)), 4, 1);
    const [i, f, g, o] = parts as [np.Array, np.Array, np.Array, np.Array];
    c = nn
      .sigmoid(f)
      .mul(c)
      .add(nn.sigmoid(i).mul(np.tanh(g)));
    h = nn.sigmoid(o).mul(np.tanh(c.ref));
  }
  c.dispose();
  weight.dispose();
  return dense(p, "fc", h);
}

function transformer(p: Arrays, x: np.Array): np.Array {
  const [batch, length, size] = x.shape as [number, number, number];
  const norm = (name: string, y: np.Array): np.Array => layerNorm(y, p[`${name}.weight`] as np.Array, p[`${name}.bias`] as np.Array);
  const packed = linear(norm("norm1", x.ref), p["self_attn.in_proj_weight"] as np.Array, p["self_attn.in_proj_bias"] as np.Array);
  const heads = np.split(packed, 3, 2).map((part) => part.reshape([batch, length, 4, 64]));
  const [q, k, v] = heads as [np.Array, np.Array, np.Array];
  const attended = nn.dotProductAttention(q, k, v).reshape([batch, length, size]);
  const y = x.add(dense(p, "self_attn.out_proj", attended));
  return y.ref.add(dense(p, "linear2", nn.gelu(dense(p, "linear1", norm("norm2", y)))));
}

const networks: Record<ModelName, (p: Arrays, x: np.Array) => np.Array> = {
  mlp: (p, x) => dense(p, "2", nn.relu(dense(p, "0", x))),
  mlp512: (p, x) => dense(p, "4", nn.relu(dense(p, "2", nn.relu(dense(p, "0", x))))),
  lenet: (p, x) => {
    const features = flatten(maxPool(convolved(p, "3", maxPool(convolved(p, "0", x, "SAME")), "VALID")));
    return dense(p, "11", nn.relu(dense(p, "9", nn.relu(dense(p, "7", features)))));
  },
  cnn: (p, x) => dense(p, "8", nn.relu(dense(p, "6", flatten(maxPool(convolved(p, "2", convolved(p, "0", x, "VALID"), "VALID")))))),
  lstm,
  transformer,
};

const mapped = (arrays: Arrays, f: (array: np.Array, name: string) => np.Array): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, f(array, name)]));
const referenced = (arrays: Arrays): Arrays => mapped(arrays, (array) => array.ref);

interface State {
  readonly weights: Arrays;
  /** Adam's moments; empty for SGD. */
  readonly first: Arrays;
  readonly second: Arrays;
}

/** Kingma & Ba 2015, Algorithm 1; with PyTorch's decay 0.01 before it for AdamW. `rate` and `second` carry the corrections of step t. */
function adam({ weights, first, second }: State, gradients: Arrays, rate: np.Array, correction: np.Array, keep: number): State {
  const nextFirst = mapped(first, (m, name) => m.mul(0.9).add((gradients[name] as np.Array).ref.mul(0.1)));
  const nextSecond = mapped(second, (v, name) => v.mul(0.999).add(np.square(gradients[name] as np.Array).mul(0.001)));
  const nextWeights = mapped(weights, (weight, name) => {
    const root = np.sqrt((nextSecond[name] as np.Array).ref.mul(correction.ref)).add(1e-8);
    return weight.mul(keep).sub((nextFirst[name] as np.Array).ref.mul(rate.ref).div(root));
  });
  rate.dispose();
  correction.dispose();
  return { weights: nextWeights, first: nextFirst, second: nextSecond };
}

function sgd({ weights }: State, gradients: Arrays, rate: np.Array, correction: np.Array): State {
  correction.dispose();
  const next = mapped(weights, (weight, name) => weight.sub((gradients[name] as np.Array).mul(rate.ref)));
  rate.dispose();
  return { weights: next, first: {}, second: {} };
}

export function training(name: ModelName): Runnable {
  const { input, target, optimizer, lr } = models[name];
  const batch = batchOf(name);
  const x = arrayOf(batch.x, input);
  const y = target === "classes" ? arrayOf(oneHot(batch.labels), [batch.labels.length, CLASSES]) : arrayOf(batch.values, input);
  const lossOf = (p: Arrays, x: np.Array, y: np.Array): np.Array => {
    const output = networks[name](p, x);
    if (target === "values") return np.mean(np.mean(np.square(output.sub(y)), -1)); // sums of 262,144 floats in one lose the fifth digit here
    return np.mean(np.sum(nn.logSoftmax(output, -1).mul(y), -1)).mul(-1);
  };
  const makeStep = (state: State, rate: np.Array, correction: np.Array, x: np.Array, y: np.Array): [State, np.Array] => {
    const [loss, gradients] = valueAndGrad(lossOf)(referenced(state.weights), x, y) as [np.Array, Arrays];
    if (optimizer === "SGD") return [sgd(state, gradients, rate, correction), loss];
    return [adam(state, gradients, rate, correction, optimizer === "AdamW" ? 1 - lr * 0.01 : 1), loss];
  };
  const jitted = jit(makeStep as never) as unknown as typeof makeStep;

  const weights: Arrays = Object.fromEntries(Object.entries(weightsOf(name)).map(([key, { data, shape }]) => [key, arrayOf(data, shape)]));
  const zeros = (): Arrays => (optimizer === "SGD" ? {} : mapped(weights, (weight) => np.zeros(weight.shape)));
  let state: State = { weights, first: zeros(), second: zeros() };
  let t = 0;
  const scalar = (value: number): np.Array => arrayOf(Float32Array.of(value), []);

  const train = async (): Promise<number> => {
    t++;
    const [rate, correction] = optimizer === "SGD" ? [lr, 1] : [lr / (1 - 0.9 ** t), 1 / (1 - 0.999 ** t)];
    const [next, loss] = jitted(state, scalar(rate), scalar(correction), x.ref, y.ref);
    state = next;
    const [value] = await loss.data();
    await blockUntilReady(state as never); // the loss is there before the update is
    return value as number;
  };
  return {
    step: async () => {
      await train();
    },
    check: () => firstLosses(train),
  };
}
