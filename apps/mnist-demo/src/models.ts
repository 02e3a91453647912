// The three networks of the demo, as a PyTorch user would write them. All take [N, 1, 28, 28] and give [N, 10] logits.
import { BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential } from "@gradkit/nn";
import type { Tensor } from "@gradkit/tensor";

/** One hidden layer. */
const mlp = () => new Sequential(new Flatten(), new Linear(784, 512), new ReLU(), new Dropout(0.2), new Linear(512, 10));

/** LeNet-5 (LeCun, Bottou, Bengio & Haffner 1998) with ReLU and max-pooling. */
const lenet = () =>
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
  );

/** Two convolutions with batch normalisation: the default. */
class Cnn extends Module {
  readonly conv1 = new Conv2d(1, 16, 5, { padding: 2 });
  readonly bn1 = new BatchNorm2d(16);
  readonly conv2 = new Conv2d(16, 32, 5);
  readonly bn2 = new BatchNorm2d(32);
  readonly pool = new MaxPool2d(2);
  readonly dropout = new Dropout(0.3);
  readonly fc = new Linear(32 * 5 * 5, 10);

  forward(x: Tensor): Tensor {
    x = this.pool.call(this.bn1.call(this.conv1.call(x)).relu()); // [N, 16, 14, 14]
    x = this.pool.call(this.bn2.call(this.conv2.call(x)).relu()); // [N, 32, 5, 5]
    return this.fc.call(this.dropout.call(x.flatten(1))); // [N, 10]
  }
}

export const models = { mlp, lenet, cnn: () => new Cnn() };
export type ModelName = keyof typeof models;
export type Classifier = ReturnType<(typeof models)[ModelName]>;
