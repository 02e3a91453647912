// The training rows, as a user of gradkit writes them: modules, losses, optimizers, and nothing disposed of.
import {
  Conv2d,
  CrossEntropyLoss,
  Flatten,
  Linear,
  LSTM,
  MaxPool2d,
  Module,
  MSELoss,
  ReLU,
  Sequential,
  TransformerEncoderLayer,
} from "@gradkit/nn";
import { Adam, AdamW, SGD } from "@gradkit/optim";
import { gelu, type Tensor, tensor } from "@gradkit/tensor";
import { batchOf, type ModelName, models, weightsOf } from "../models.ts";
import { firstLosses, type Runnable } from "../serve.ts";

type Network = Module & { call(x: Tensor): Tensor };

class Recurrent extends Module {
  readonly lstm = new LSTM(128, 256);
  readonly fc = new Linear(256, 10);

  // [T, N, 128] to [N, 10]
  forward(x: Tensor): Tensor {
    const [, [h]] = this.lstm.call(x); // [1, N, 256]
    return this.fc.call(h.at(0));
  }
}

const networks: Record<ModelName, () => Network> = {
  mlp: () => new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10)),
  mlp512: () => new Sequential(new Linear(784, 512), new ReLU(), new Linear(512, 512), new ReLU(), new Linear(512, 10)),
  lenet: () =>
    new Sequential(
      new Conv2d(1, 6, 5, { padding: 2 }), // [N, 6, 28, 28]
      new ReLU(),
      new MaxPool2d(2), // [N, 6, 14, 14]
      new Conv2d(6, 16, 5), // [N, 16, 10, 10]
      new ReLU(),
      new MaxPool2d(2), // [N, 16, 5, 5]
      new Flatten(),
      new Linear(400, 120),
      new ReLU(),
      new Linear(120, 84),
      new ReLU(),
      new Linear(84, 10),
    ),
  cnn: () =>
    new Sequential(
      new Conv2d(1, 32, 3), // [N, 32, 26, 26]
      new ReLU(),
      new Conv2d(32, 64, 3), // [N, 64, 24, 24]
      new ReLU(),
      new MaxPool2d(2), // [N, 64, 12, 12]
      new Flatten(),
      new Linear(9216, 128),
      new ReLU(),
      new Linear(128, 10),
    ),
  lstm: () => new Recurrent(),
  transformer: () =>
    new TransformerEncoderLayer(256, 4, {
      dimFeedforward: 1024,
      dropout: 0,
      activation: (x) => gelu(x, { approximate: "tanh" }),
      batchFirst: true,
      normFirst: true,
    }),
};

/** A step that gives its loss. */
export function trainingStep(name: ModelName): () => Promise<number> {
  const { input, target, optimizer: algorithm, lr } = models[name];
  const model = networks[name]();
  model.loadStateDict(Object.fromEntries(Object.entries(weightsOf(name)).map(([key, { shape, data }]) => [key, tensor(data, { shape })])));
  const { x, labels, values } = batchOf(name);
  const inputs = tensor(x, { shape: input });
  const targets = target === "classes" ? tensor(labels) : tensor(values, { shape: input });
  const criterion = target === "classes" ? new CrossEntropyLoss() : new MSELoss();
  const optimizer = new { SGD, Adam, AdamW }[algorithm](model.parameters(), { lr });
  return async () => {
    optimizer.zeroGrad();
    const loss = criterion.call(model.call(inputs), targets);
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}

export function training(name: ModelName): Runnable {
  const train = trainingStep(name);
  return {
    step: async () => {
      await train();
    },
    check: () => firstLosses(train),
  };
}
