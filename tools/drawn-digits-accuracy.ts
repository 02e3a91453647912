/**
 * How well a LeNet reads handwriting that has only seen drawn digits:
 * `node --conditions=@gradkit/source tools/drawn-digits-accuracy.ts --mnist DIR [--split train|test] [--seed 0] [--epochs 4]`
 * Tune on the first 10,000 of the training images (--split train, the default); the test images are for the last word.
 */
import { parseArgs } from "node:util";
import { cpu } from "@gradkit/backend-cpu";
import { DataLoader, Subset } from "@gradkit/data";
import { type DigitImages, DrawnDigits } from "@gradkit/data/drawn-digits";
import { MNIST } from "@gradkit/data/mnist";
import { Conv2d, CrossEntropyLoss, Flatten, Linear, MaxPool2d, ReLU, Sequential } from "@gradkit/nn";
import { Adam } from "@gradkit/optim";
import { manualSeed, noGrad, setDefaultDevice } from "@gradkit/tensor";

const LR = 1e-3;

const { values } = parseArgs({
  options: {
    mnist: { type: "string" },
    split: { type: "string", default: "train" },
    seed: { type: "string", default: "0" },
    epochs: { type: "string", default: "4" },
  },
});
if (values.mnist === undefined || !["train", "test"].includes(values.split)) {
  throw new Error("usage: drawn-digits-accuracy.ts --mnist DIR [--split train|test] [--seed 0] [--epochs 4]");
}
const [seed, epochs] = [Number(values.seed), Number(values.epochs)];

setDefaultDevice(await cpu());
manualSeed(seed);
const real = await MNIST.open({ train: values.split === "train", dir: values.mnist, normalize: true });
const judged = Array.from({ length: 10_000 }, (_, i) => i);

const start = performance.now();
const drawn = DrawnDigits.train({ seed, normalize: true });
const count = drawn.pixels.length / (28 * 28); // drawn here, so that the clock sees drawing alone
const seconds = (performance.now() - start) / 1000;
console.log(`${count} digits drawn in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} a second`);

const lenet = new Sequential(
  new Conv2d(1, 6, 5, { padding: 2 }),
  new ReLU(),
  new MaxPool2d(2),
  new Conv2d(6, 16, 5),
  new ReLU(),
  new MaxPool2d(2),
  new Flatten(),
  new Linear(400, 120),
  new ReLU(),
  new Linear(120, 84),
  new ReLU(),
  new Linear(84, 10),
);
const criterion = new CrossEntropyLoss();
const optimizer = new Adam(lenet.parameters(), { lr: LR });
const batches = new DataLoader(drawn, { batchSize: 64, shuffle: true, seed });
for (let epoch = 0; epoch < epochs; epoch++) {
  for (const group of optimizer.paramGroups) group.lr = LR * 0.5 ** epoch;
  let lossSum = 0;
  for await (const [images, labels] of batches) {
    optimizer.zeroGrad();
    const loss = criterion.call(lenet.call(images), labels);
    loss.backward();
    optimizer.step();
    lossSum += await loss.item();
  }
  console.log(`epoch ${epoch + 1}/${epochs}  loss ${(lossSum / batches.length).toFixed(4)} on ${drawn.description}`);
}

async function report(digits: DigitImages, what: string): Promise<void> {
  let correct = 0;
  for await (const [images, labels] of new DataLoader(new Subset(digits, judged), { batchSize: 1000 })) {
    correct += await noGrad(() => lenet.call(images).argmax(1).eq(labels).sum()).item();
  }
  console.log(`accuracy on ${judged.length} ${what} images of ${digits.description}: ${((100 * correct) / judged.length).toFixed(2)} %`);
}
await report(DrawnDigits.test({ seed, normalize: true }), "test");
await report(real, values.split);
