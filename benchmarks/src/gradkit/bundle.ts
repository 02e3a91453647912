// A page's program that trains the perceptron, on the smallest device that can.
import { cpu } from "@gradkit/backend-cpu/core";
import { CrossEntropyLoss, Linear, ReLU, Sequential } from "@gradkit/nn";
import { SGD } from "@gradkit/optim";
import { setDefaultDevice, type Tensor } from "@gradkit/tensor";

setDefaultDevice(await cpu());
const model = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
const criterion = new CrossEntropyLoss();
const optimizer = new SGD(model.parameters(), { lr: 0.1 });

export function step(x: Tensor, y: Tensor): Promise<number> {
  optimizer.zeroGrad();
  const loss = criterion.call(model.call(x), y);
  loss.backward();
  optimizer.step();
  return loss.item();
}
