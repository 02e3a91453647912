// A small training run that is the same on every device: drawn pictures, one network, Adam.
import { Conv2d, CrossEntropyLoss, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential } from "@gradkit/nn";
import { Adam } from "@gradkit/optim";
import { type Backend, manualSeed, setDefaultDevice, tensor } from "@gradkit/tensor";

export const networks = {
  mlp: () => new Sequential(new Flatten(), new Linear(784, 64), new ReLU(), new Linear(64, 10)),
  mlpWithDropout: () => new Sequential(new Flatten(), new Linear(784, 64), new ReLU(), new Dropout(0.2), new Linear(64, 10)),
  lenet: () =>
    new Sequential(
      new Conv2d(1, 6, 5, { padding: 2 }), // [N, 6, 28, 28]
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(6, 16, 5), // [N, 16, 10, 10]
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(400, 10),
    ),
};

const pixels = 28 * 28;

/** A bright bar whose height tells the class, under noise that depends on the step. */
function batch(step: number, size: number): { images: Float32Array; labels: Int32Array } {
  const labels = Int32Array.from({ length: size }, (_, i) => (7 * i + step) % 10);
  const images = Float32Array.from({ length: size * pixels }, (_, at) => {
    const [i, pixel] = [Math.floor(at / pixels), at % pixels];
    const bright = Math.floor((pixel * 10) / pixels) === labels[i];
    return (bright ? 0.5 : 0) + ((131 * i + 71 * pixel + 13 * step) % 97) / 97;
  });
  return { images, labels };
}

export interface Run {
  readonly model: Sequential;
  /** One step; resolves to its loss. */
  step(): Promise<number>;
}

/** Starts the run at a step; weights are those of the seed unless they are loaded into `model`. */
export function startRun(device: Backend, network: keyof typeof networks, { first = 0, batchSize = 32 } = {}): Run {
  setDefaultDevice(device);
  manualSeed(7);
  const model = networks[network]();
  const criterion = new CrossEntropyLoss();
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  let next = first;
  return {
    model,
    async step() {
      setDefaultDevice(device);
      const { images, labels } = batch(next++, batchSize);
      const [x, y] = [tensor(images, { shape: [batchSize, 1, 28, 28] }), tensor(labels)];
      optimizer.zeroGrad();
      const loss = criterion.call(model.call(x), y);
      loss.backward();
      optimizer.step();
      return loss.item();
    },
  };
}

export async function losses(run: Run, steps: number): Promise<number[]> {
  const result: number[] = [];
  for (let i = 0; i < steps; i++) result.push(await run.step());
  return result;
}
