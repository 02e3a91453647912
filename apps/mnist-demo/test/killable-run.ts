// A training run to be killed at any moment: `node killable-run.ts CHECKPOINT STEPS`. It goes on with the checkpoint where there is one, saves
// after every step, and says on stdout what it saves and has saved; at the end it prints the weights' digest.
import { createHash } from "node:crypto";
import { existsSync, writeSync } from "node:fs";
import { cpu } from "@gradkit/backend-cpu";
import { DataLoader, TensorDataset } from "@gradkit/data";
import { loadCheckpoint, saveCheckpoint } from "@gradkit/data/checkpoint";
import { BatchNorm1d, CrossEntropyLoss, Dropout, Linear, ReLU, Sequential } from "@gradkit/nn";
import { Adam, StepLR } from "@gradkit/optim";
import { manualSeed, randint, randn, setDefaultDevice } from "@gradkit/tensor";
import { serialize } from "@gradkit/tensor/safetensors";

const SAMPLES = 70;
const FEATURES = 256;
const CLASSES = 10;

const [file, steps] = process.argv.slice(2) as [string, string];
const say = (text: string): void => {
  writeSync(1, `${text}\n`); // at once: a kill loses nothing that was said
};

setDefaultDevice(await cpu());
manualSeed(0);
const data = new TensorDataset(randn([SAMPLES, FEATURES]), randint(0, CLASSES, [SAMPLES]));
const model = new Sequential(new Linear(FEATURES, 512), new BatchNorm1d(512), new ReLU(), new Dropout(0.5), new Linear(512, CLASSES));
const optimizer = new Adam(model.parameters(), { lr: 0.01 });
const scheduler = new StepLR(optimizer, 2);
const loader = new DataLoader(data, { batchSize: 16, shuffle: true }); // draws from the default generator, as dropout does
const progress = { step: 0 };
const run = { model, optimizer, scheduler, loader, progress };
if (existsSync(file)) await loadCheckpoint(file, run);
say(`start ${progress.step}`);

const criterion = new CrossEntropyLoss();
while (progress.step < Number(steps)) {
  for await (const [x, y] of loader) {
    if (progress.step === Number(steps)) break;
    optimizer.zeroGrad();
    criterion.call(model.call(x), y).backward();
    optimizer.step();
    progress.step++;
    say(`saving ${progress.step}`);
    await saveCheckpoint(file, run);
    say(`saved ${progress.step}`);
  }
  scheduler.step();
}
say(
  `done ${createHash("sha256")
    .update(await serialize(model.stateDict()))
    .digest("hex")}`,
);
