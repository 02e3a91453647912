// MNIST from the command line: read options, train, test, save. `npm run demo -- --help` tells the options.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cpu } from "@gradkit/backend-cpu";
import { DataLoader } from "@gradkit/data";
import { save } from "@gradkit/data/files";
import { GradkitError, manualSeed, setDefaultDevice } from "@gradkit/tensor";
import { openMnist } from "./data.ts";
import { accuracy, evaluate } from "./evaluate.ts";
import { header } from "./header.ts";
import { models } from "./models.ts";
import { help, type Options, readOptions, UsageError } from "./options.ts";
import { classTable, confusionTable } from "./report.ts";
import { DivergedError, train } from "./train.ts";

const TEST_BATCH_SIZE = 1000;

async function run(options: Options): Promise<void> {
  const device = await cpu();
  setDefaultDevice(device);
  manualSeed(options.seed);

  const model = models[options.model]();
  console.log(header(options, device, model));
  const { training, test } = await openMnist(options.data);
  await mkdir(options.out, { recursive: true });
  const file = join(options.out, `${options.model}.safetensors`);

  await train(model, new DataLoader(training, { batchSize: options.batchSize, shuffle: true, seed: options.seed }), options);
  const counts = await evaluate(model, new DataLoader(test, { batchSize: TEST_BATCH_SIZE }));
  await save(model.stateDict(), file);

  console.log(`\n${classTable(counts, test.classes)}\n\n${confusionTable(counts, test.classes)}\n\nweights saved in ${file}`);
  console.log(`test accuracy ${(100 * accuracy(counts)).toFixed(2)} %`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options) await run(options);
  else console.log(help);
} catch (error) {
  const expected =
    error instanceof UsageError ||
    error instanceof DivergedError ||
    error instanceof GradkitError ||
    (error as { code?: string }).code !== undefined;
  console.error(expected ? `\n${(error as Error).message}` : error);
  process.exitCode = 1;
}
