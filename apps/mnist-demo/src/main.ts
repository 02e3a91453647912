// MNIST from the command line: read options, train, test, save. `npm run demo -- --help` tells the options.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cpu } from "@gradkit/backend-cpu";
import { webgpu } from "@gradkit/backend-webgpu";
import { DataLoader, type Dataset, Subset } from "@gradkit/data";
import { save } from "@gradkit/data/files";
import { type Backend, GradkitError, manualSeed, setDefaultDevice } from "@gradkit/tensor";
import { openDigits } from "./data.ts";
import { accuracy, evaluate } from "./evaluate.ts";
import { header } from "./header.ts";
import { models } from "./models.ts";
import { type BackendName, help, type Options, readOptions, UsageError } from "./options.ts";
import { classTable, confusionTable } from "./report.ts";
import { DivergedError, train } from "./train.ts";

const TEST_BATCH_SIZE = 1000;

async function openBackend(name: BackendName): Promise<Backend> {
  if (name === "cpu") return cpu();
  const device = await webgpu();
  if (!device) throw new UsageError("--backend webgpu: there is no WebGPU adapter here. Install a Vulkan driver, or use --backend cpu");
  return device;
}

async function run(options: Options): Promise<void> {
  const device = await openBackend(options.backend);
  setDefaultDevice(device);
  manualSeed(options.seed);

  const model = models[options.model]();
  const { training, test, source, note } = await openDigits(options.data);
  console.log(header(options, device, model, source, note));
  await makeDirectory(options.out);
  const file = join(options.out, `${options.model}.safetensors`);

  const { batchSize, lr, seed, keepBest } = options;
  const [learned, heldOut] = keepBest ? holdOut(training) : [training, null];
  await train(model, new DataLoader(learned, { batchSize, shuffle: true, seed }), {
    ...options,
    classes: test.classes,
    note,
    validation: heldOut && new DataLoader(heldOut, { batchSize: TEST_BATCH_SIZE }),
    checkpoints: {
      file: join(options.out, `${options.model}.checkpoint.safetensors`),
      settings: { model: options.model, data: source, epochs: options.epochs, "batch-size": batchSize, lr, seed, "keep-best": keepBest },
      ...options,
    },
  });
  const counts = await evaluate(model, new DataLoader(test, { batchSize: TEST_BATCH_SIZE }), test.classes);
  await save(model.stateDict(), file);

  console.log(`\n${classTable(counts, test.classes, note)}\n\n${confusionTable(counts, test.classes)}\n\nweights saved in ${file}`);
  console.log(`test accuracy ${(100 * accuracy(counts)).toFixed(2)} %${note}`);
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new UsageError(`--out ${path}: the directory cannot be made (${(error as Error).message})`);
  }
}

/** The first eleven twelfths, and the rest. */
function holdOut<Item>(data: Dataset<Item>): [Dataset<Item>, Dataset<Item>] {
  const from = Math.floor((data.length * 11) / 12);
  const all = Array.from({ length: data.length }, (_, i) => i);
  return [new Subset(data, all.slice(0, from)), new Subset(data, all.slice(from))];
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
