// Forward passes without backward: what they make is only dropped.
import { DataLoader, TensorDataset } from "@gradkit/data";
import { Adam } from "@gradkit/optim";
import { noGrad, randint, randn, type Tensor } from "@gradkit/tensor";
import { batch, crossEntropy, expectValues, megabyte, mlp, type Scenario } from "../scenario.ts";

const model = () => mlp(256, 128);

/** Counts predictions on fresh batches. */
function inference(name: string, forward: (m: ReturnType<typeof model>, x: Tensor) => Tensor, reads = true): Scenario {
  return {
    name,
    steps: 10_000,
    testSteps: 400,
    budget: 8 * megabyte,
    start() {
      const m = model();
      return {
        async step() {
          const ones = forward(m, randn([64, 256]))
            .eq(1)
            .sum();
          if (reads) await ones.item();
        },
      };
    },
  };
}

export const inferenceScenarios: readonly Scenario[] = [
  inference("inference inside noGrad", (m, x) => noGrad(() => m.call(x).argmax(1))),
  inference("inference, its graph recorded in vain", (m, x) => m.call(x).argmax(1)),
  inference("inference, nothing awaited", (m, x) => m.call(x).argmax(1), false),
  {
    name: "evaluation in the middle of training",
    steps: 2000,
    testSteps: 60,
    budget: 8 * megabyte,
    start() {
      const m = model();
      const optimizer = new Adam(m.parameters(), { lr: 1e-3 });
      const held = Array.from({ length: 4 }, () => batch(64, 256));
      const evaluate = (): Promise<number> =>
        noGrad(async () => {
          m.eval();
          let right = 0;
          for (const [x, y] of held) right += await m.call(x).argmax(1).eq(y).sum().item();
          m.train();
          return right;
        });
      return {
        async step(i) {
          const [x, y] = batch(64, 256);
          optimizer.zeroGrad();
          const logits = m.call(x);
          const loss = crossEntropy.call(logits, y);
          loss.backward();
          const before = logits.dataSync();
          if (i % 5 === 0) {
            const first = await evaluate();
            if (first !== (await evaluate())) throw new Error("evaluation is not what it was");
          }
          expectValues("logits after an evaluation", logits, before);
          optimizer.step();
        },
      };
    },
  },
  {
    name: "const all = await collect(loader)",
    steps: 2000,
    testSteps: 200,
    budget: 8 * megabyte,
    async start() {
      const [x, y] = [randn([1024, 256]), randint(0, 10, [1024])];
      const all: [Tensor, Tensor][] = [];
      for await (const [images, labels] of new DataLoader(new TensorDataset(x, y), { batchSize: 64 }))
        all.push([images as Tensor, labels as Tensor]);
      const m = model();
      const optimizer = new Adam(m.parameters(), { lr: 1e-3 });
      return {
        step(i) {
          const [images, labels] = all[i % all.length] as [Tensor, Tensor];
          optimizer.zeroGrad();
          crossEntropy.call(m.call(images), labels).backward();
          optimizer.step();
        },
        check() {
          all.forEach(([images, labels], i) => {
            expectValues(`batch ${i}`, images, x.dataSync().subarray(i * 64 * 256, (i + 1) * 64 * 256));
            expectValues(`labels ${i}`, labels, y.dataSync().subarray(i * 64, (i + 1) * 64));
          });
        },
      };
    },
  },
];
