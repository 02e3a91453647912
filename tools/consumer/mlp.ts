/** The smallest program that trains: a multilayer perceptron on the small CPU device. Its bundle is weighed. */
import { cpu } from "@gradkit/backend-cpu/core";
import { CrossEntropyLoss, Linear, ReLU, Sequential } from "@gradkit/nn";
import { Adam } from "@gradkit/optim";
import { manualSeed, setDefaultDevice, tensor } from "@gradkit/tensor";

setDefaultDevice(await cpu());
manualSeed(0);

const inputs = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]); // [4, 2]
const targets = tensor([0, 1, 1, 0], { dtype: "int32" }); // [4]: exclusive or
const model = new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 2));
const loss = new CrossEntropyLoss();
const optimizer = new Adam(model.parameters(), { lr: 0.02 });

for (let epoch = 0; epoch < 300; epoch++) {
  optimizer.zeroGrad();
  const output = loss.call(model.call(inputs), targets);
  output.backward();
  optimizer.step();
  if (epoch % 100 === 99) console.log(await output.item());
}
