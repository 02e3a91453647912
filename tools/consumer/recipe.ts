/** The whole recipe of the README: a convolutional network, MNIST and a loader. Its bundle is weighed. */

import { cpu } from "@gradkit/backend-cpu";
import { DataLoader } from "@gradkit/data";
import { MNIST } from "@gradkit/data/mnist";
import { Conv2d, CrossEntropyLoss, Linear, MaxPool2d, Module } from "@gradkit/nn";
import { Adam } from "@gradkit/optim";
import { manualSeed, noGrad, setDefaultDevice, type Tensor } from "@gradkit/tensor";

setDefaultDevice(await cpu());
manualSeed(0);

class Net extends Module {
  conv1 = new Conv2d(1, 16, 5, { padding: 2 });
  conv2 = new Conv2d(16, 32, 5);
  pool = new MaxPool2d(2);
  fc = new Linear(32 * 5 * 5, 10);

  forward(x: Tensor): Tensor {
    // [N, 1, 28, 28]
    x = this.pool.call(this.conv1.call(x).relu());
    x = this.pool.call(this.conv2.call(x).relu());
    return this.fc.call(x.flatten(1)); // [N, 10]
  }
}

const train = new DataLoader(await MNIST.train(), { batchSize: 64, shuffle: true });
const test = new DataLoader(await MNIST.test(), { batchSize: 1000 });
const model = new Net();
const loss = new CrossEntropyLoss();
const optimizer = new Adam(model.parameters(), { lr: 1e-3 });

for (let epoch = 0; epoch < 3; epoch++) {
  let running = 0;
  for await (const [images, labels] of train) {
    optimizer.zeroGrad();
    const output = loss.call(model.call(images), labels);
    output.backward();
    optimizer.step();
    running += await output.item(); // reading is async, everything else is not
  }
  console.log(`epoch ${epoch + 1}  loss ${(running / train.length).toFixed(4)}`);
}

model.eval();
let correct = 0;
for await (const [images, labels] of test) {
  correct += await noGrad(() => model.call(images).argmax(1).eq(labels).sum()).item();
}
console.log(`test accuracy ${((100 * correct) / test.dataset.length).toFixed(2)} %`);
