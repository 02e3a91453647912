// Loops that train and keep nothing.
import { Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential } from "@gradkit/nn";
import { Adam, type CommonOptions, type Optimizer, SGD } from "@gradkit/optim";
import { randint, randn, type Tensor } from "@gradkit/tensor";
import { batch, crossEntropy, megabyte, mlp, type Program, type Scenario } from "../scenario.ts";

/** LeNet-5 (LeCun, Bottou, Bengio & Haffner 1998) with ReLU and max-pooling. */
export const lenet = (): Sequential =>
  new Sequential(
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

type MakeOptimizer = (params: Tensor[]) => Optimizer<CommonOptions>;
const sgd: MakeOptimizer = (params) => new SGD(params, { lr: 0.01, momentum: 0.9 }) as unknown as Optimizer<CommonOptions>;
const adam: MakeOptimizer = (params) => new Adam(params, { lr: 1e-3 }) as unknown as Optimizer<CommonOptions>;

/** Fresh batches; the loss is read in every step, or never. */
function training(model: Sequential, makeOptimizer: MakeOptimizer, next: () => [Tensor, Tensor], reads: boolean): Program {
  const optimizer = makeOptimizer(model.parameters());
  let last: Tensor;
  return {
    async step() {
      const [x, y] = next();
      optimizer.zeroGrad();
      last = crossEntropy.call(model.call(x), y);
      last.backward();
      optimizer.step();
      if (reads) await last.item();
    },
    check() {
      if (!Number.isFinite(last.itemSync())) throw new Error("the loss is not finite");
    },
  };
}

export const images = (): [Tensor, Tensor] => [randn([32, 1, 28, 28]), randint(0, 10, [32])];
const rows = (): [Tensor, Tensor] => batch(32, 784);

export const trainingScenarios: readonly Scenario[] = [
  {
    name: "MLP, SGD with momentum",
    steps: 5000,
    testSteps: 300,
    budget: 8 * megabyte,
    start: () => training(mlp(784, 128), sgd, rows, true),
  },
  {
    name: "LeNet, SGD with momentum",
    steps: 1000,
    testSteps: 60,
    budget: 16 * megabyte,
    start: () => training(lenet(), sgd, images, true),
  },
  { name: "LeNet, Adam", steps: 2000, testSteps: 60, budget: 16 * megabyte, start: () => training(lenet(), adam, images, true) },
  {
    name: "MLP, Adam, the loss never read",
    steps: 5000,
    testSteps: 300,
    budget: 8 * megabyte,
    start: () => training(mlp(784, 128), adam, rows, false),
  },
];
