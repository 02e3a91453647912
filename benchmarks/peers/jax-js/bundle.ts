// A page's program that trains the perceptron.
import { init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";

type Weights = Record<"w1" | "b1" | "w2" | "b2", np.Array>;

await init("wasm");
const lossOf = (p: Weights, x: np.Array, y: np.Array): np.Array => {
  const hidden = nn.relu(np.matmul(x, p.w1).add(p.b1));
  return np.mean(np.sum(nn.logSoftmax(np.matmul(hidden, p.w2).add(p.b2), -1).mul(y), -1)).mul(-1);
};

export const step = jit((p: Weights, x: np.Array, y: np.Array) => {
  const [loss, g] = valueAndGrad(lossOf)({ w1: p.w1.ref, b1: p.b1.ref, w2: p.w2.ref, b2: p.b2.ref }, x, y) as [np.Array, Weights];
  const next = (name: keyof Weights): np.Array => p[name].sub(g[name].mul(0.1));
  return [{ w1: next("w1"), b1: next("b1"), w2: next("w2"), b2: next("b2") }, loss];
});
