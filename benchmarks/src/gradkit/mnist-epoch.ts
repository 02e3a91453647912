// One epoch on MNIST in a process of its own: mnist-epoch.ts MODEL DIR THREADS. Prints its seconds and its accuracy as JSON.
import { cpu } from "@gradkit/backend-cpu";
import { DataLoader } from "@gradkit/data";
import { MNIST } from "@gradkit/data/mnist";
import { CrossEntropyLoss } from "@gradkit/nn";
import { Adam } from "@gradkit/optim";
import { manualSeed, noGrad, setDefaultDevice } from "@gradkit/tensor";
import { type ModelName, models } from "../../../apps/mnist-demo/src/models.ts";

const [name, dir, threads] = process.argv.slice(2) as [ModelName, string, string];
setDefaultDevice(await cpu(threads === "all" ? {} : { threads: Number(threads) }));
manualSeed(0);

const train = new DataLoader(await MNIST.train({ dir, normalize: true }), { batchSize: 64, shuffle: true });
const test = new DataLoader(await MNIST.test({ dir, normalize: true }), { batchSize: 1000 });
const model = models[name]();
const criterion = new CrossEntropyLoss();
const optimizer = new Adam(model.parameters(), { lr: 2e-3 });

const start = performance.now();
let total = 0;
let step = 0;
for await (const [images, labels] of train) {
  for (const group of optimizer.paramGroups) group.lr = 2e-3 * (1 - step / train.length); // falls linearly to nothing, as the demo's
  optimizer.zeroGrad();
  const loss = criterion.call(model.call(images), labels);
  loss.backward();
  optimizer.step();
  total += await loss.item();
  step++;
}
const seconds = (performance.now() - start) / 1000;

model.eval();
let correct = 0;
for await (const [images, labels] of test) correct += await noGrad(() => model.call(images).argmax(1).eq(labels).sum()).item();
console.log(JSON.stringify({ seconds, accuracy: correct / test.dataset.length, loss: total / step }));
process.exit(0);
