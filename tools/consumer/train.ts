/** What a user of the published packages writes: it is compiled, run and bundled outside the repository. */
import { cpu } from "@gradkit/backend-cpu";
import { DataLoader, TensorDataset } from "@gradkit/data";
import { Linear, MSELoss, ReLU, Sequential } from "@gradkit/nn";
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
const targets = tensor([[0], [1], [1], [0]]); // [4, 1]: exclusive or
const loader = new DataLoader(new TensorDataset(inputs, targets), { batchSize: 4, shuffle: true });
const model = new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 1));
const loss = new MSELoss();
const optimizer = new Adam(model.parameters(), { lr: 0.02 });

let value = Number.POSITIVE_INFINITY;
for (let epoch = 0; epoch < 300; epoch++) {
  for await (const [x, y] of loader) {
    optimizer.zeroGrad();
    const output = loss.call(model.call(x), y);
    output.backward();
    optimizer.step();
    value = await output.item();
  }
}
if (!(value < 1e-2)) throw new Error(`exclusive or is not learned: loss ${value}`);
console.log(`exclusive or is learned: loss ${value.toExponential(1)}`);
