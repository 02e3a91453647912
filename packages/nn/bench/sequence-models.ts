// Two training steps on sequences, as benchmarks in the field define them: an LSTM that reads 32 steps and a transformer block.

import { Adam, AdamW } from "@gradkit/optim";
import { noGrad, type Tensor, tensor } from "@gradkit/tensor";
import { CrossEntropyLoss, Linear, LSTM, Module, MSELoss, TransformerEncoderLayer } from "../src/index.ts";

/** Numbers in [−scale, scale) from a hash of their position: the same for every library that is compared. */
export function hashed(seed: number, shape: readonly number[], scale = 1): Tensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) {
    let h = Math.imul(i ^ (seed * 0x9e37), 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15), 0x85ebca77);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae3d);
    data[i] = (((h ^ (h >>> 16)) >>> 8) / 8388608 - 1) * scale;
  }
  return tensor(data).reshape(shape);
}

/** Fills a weight [out, in] from the numbers of its transpose. */
const fill = (weight: Tensor, seed: number): void =>
  noGrad(() => weight.copy_(hashed(seed, [weight.shape[1] as number, weight.shape[0] as number], 1 / Math.sqrt(FAN_IN)).t()));

const FAN_IN = 256;

class LSTMClassifier extends Module {
  lstm = new LSTM(128, 256);
  fc = new Linear(256, 10);

  forward(x: Tensor): Tensor {
    const [, [h]] = this.lstm.call(x);
    return this.fc.call(h.select(0, 0));
  }
}

/** One optimizer step; returns the loss before it. */
export type Step = () => Tensor;

/** x [T 32, N 32, 128], hidden 256, Adam. */
export function lstmStep(): Step {
  const model = new LSTMClassifier();
  const { lstm, fc } = model;
  fill(lstm.weightIhL0 as Tensor, 101);
  fill(lstm.weightHhL0 as Tensor, 102);
  fill(fc.weight, 104);
  noGrad(() => [lstm.biasIhL0, lstm.biasHhL0, fc.bias].map((bias) => (bias as Tensor).zero_()));
  const x = hashed(7, [32, 32, 128]);
  const labels = tensor(Int32Array.from({ length: 32 }, (_, i) => (i * 7 + 3) % 10));
  const loss = new CrossEntropyLoss();
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  return () => {
    optimizer.zeroGrad();
    const output = loss.call(model.call(x), labels);
    output.backward();
    optimizer.step();
    return output;
  };
}

/** x [N 8, T 128, 256], 4 heads, feed-forward 1024, norms first, AdamW. */
export function transformerStep(): Step {
  const model = new TransformerEncoderLayer(256, 4, {
    dimFeedforward: 1024,
    dropout: 0,
    activation: "gelu",
    batchFirst: true,
    normFirst: true,
  });
  fill(model.selfAttn.inProjWeight as Tensor, 103);
  fill(model.selfAttn.outProj.weight, 105);
  fill(model.linear1.weight, 109);
  noGrad(() => model.linear2.weight.copy_(hashed(111, [1024, 256], 1 / 32).t()));
  noGrad(() => [model.linear1.bias, model.linear2.bias].map((bias) => (bias as Tensor).zero_()));
  const [x, y] = [hashed(7, [8, 128, 256]), hashed(8, [8, 128, 256])];
  const loss = new MSELoss();
  const optimizer = new AdamW(model.parameters(), { lr: 1e-3 });
  return () => {
    optimizer.zeroGrad();
    const output = loss.call(model.call(x), y);
    output.backward();
    optimizer.step();
    return output;
  };
}
