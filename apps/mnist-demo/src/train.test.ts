import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@gradkit/backend-cpu";
import { DataLoader, TensorDataset } from "@gradkit/data";
import { manualSeed, noGrad, rand, randint, setDefaultDevice } from "@gradkit/tensor";
import { serialize } from "@gradkit/tensor/safetensors";
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Classifier, type ModelName, models } from "./models.ts";
import { train } from "./train.ts";

const CLASSES = Array.from({ length: 10 }, (_, i) => String(i));

beforeAll(async () => setDefaultDevice(await cpu({ poison: true })));
beforeEach(() => {
  vi.spyOn(console, "log").mockReturnValue();
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  onTestFinished(() => void vi.restoreAllMocks());
});

async function temporaryFile(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "gradkit-train-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return join(directory, "checkpoint");
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

interface Case {
  readonly name: ModelName;
  readonly file: string;
  readonly resume?: string;
  readonly lr?: number;
  readonly keepBest?: boolean;
}

/** Two epochs of five batches, from scratch or resumed; returns the digest of the weights. */
async function trained(
  { name, file, resume, lr = 0.01, keepBest = true }: Case,
  prepare: (model: Classifier) => void = () => {},
): Promise<string> {
  manualSeed(7);
  const data = new TensorDataset(rand([18, 1, 28, 28]), randint(0, 10, [18]));
  const model = models[name]();
  prepare(model);
  const loader = new DataLoader(data, { batchSize: 4, shuffle: true, seed: 7 });
  await train(model, loader, {
    epochs: 2,
    lr,
    classes: CLASSES,
    validation: keepBest ? new DataLoader(data, { batchSize: 9 }) : null,
    checkpoints: { file, saveEvery: 3, resume, settings: { model: name, lr, "keep-best": keepBest } },
  });
  return digest(await serialize(model.stateDict()));
}

describe("a run that is stopped and resumed", () => {
  it.each([
    { name: "mlp", at: 5 }, // 2 steps after the checkpoint in the first epoch
    { name: "mlp", at: 7 },
    { name: "mlp", at: 10 },
    { name: "cnn", at: 9 },
    { name: "lenet", at: 8 },
  ] as const)("ends with the weights of one that was not, bit for bit: $name, stopped in step $at", async ({ name, at }) => {
    const whole = await trained({ name, file: await temporaryFile() });
    const file = await temporaryFile();
    let calls = 0;
    const stop = (model: Classifier): void => {
      model.registerForwardHook((module) => {
        if (module.training && ++calls === at) throw new Error("power cut");
      });
    };
    await expect(trained({ name, file }, stop)).rejects.toThrow("power cut");
    expect(await trained({ name, file, resume: file })).toBe(whole);
  });

  it("ends at once when it was at its end", async () => {
    const file = await temporaryFile();
    const whole = await trained({ name: "mlp", file });
    let calls = 0;
    const again = await trained({ name: "mlp", file, resume: file }, (model) => void model.registerForwardHook(() => void calls++));
    expect(again).toBe(whole);
    expect(calls).toBe(0);
  });

  it("must have the same options", async () => {
    const file = await temporaryFile();
    await trained({ name: "mlp", file });
    await expect(trained({ name: "lenet", file, resume: file, lr: 1, keepBest: false })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Error: --resume: that run had --model mlp --lr 0.01 --keep-best, this one has --model lenet --lr 1 no --keep-best. Repeat its options]`,
    );
  });
});

describe("a loss that is NaN", () => {
  it("names the layer that overflowed", async () => {
    const prepare = (model: Classifier): void => {
      noGrad(() =>
        model
          .namedParameters()
          .find(([key]) => key === "3.weight")?.[1]
          .fill_(3e38),
      );
    };
    await expect(trained({ name: "lenet", file: await temporaryFile() }, prepare)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Error: the loss is NaN after 0 images of epoch 1. The first output that is not finite is that of 3: Conv2d(6, 16, kernel_size=(5, 5), stride=(1, 1)), from finite input and weights. Try a smaller --lr (it is 0.01)]`,
    );
  });

  it("names the parameter that a step spoiled", async () => {
    await expect(trained({ name: "lenet", file: await temporaryFile(), lr: 1e39 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Error: the loss is NaN after 4 images of epoch 1. The first output that is not finite is that of 0: Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2)): its weight is not finite, the last step was too large. Try a smaller --lr (it is 1e+39)]`,
    );
  });
});
