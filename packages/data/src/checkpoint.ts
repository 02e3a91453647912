// A training run in one file: everything that it takes to go on as if nothing had happened.
import { defaultGenerator, FormatError, Generator, type GeneratorState, GradkitError } from "@gradkit/tensor";
import { deserialize, readMetadata, serialize } from "@gradkit/tensor/safetensors";
import { atomicWrite } from "./atomic-write.ts";
import { readSource, toPath } from "./read-source.ts";
import { fromJson, toJson } from "./state-tree.ts";

export { FileError } from "./errors.ts";

/** What has a state of its own: models, optimizers, schedules, loaders. */
export interface Stateful {
  stateDict(): unknown;
  loadStateDict(state: never): unknown;
}

/** The parts of a run, by name: what has a state, generators, and plain objects of values such as `{ epoch: 0, losses: [] }`. */
export type Run = Readonly<Record<string, Stateful | Generator | object>>;

/** Marks our files among other safetensors files. */
const FORMAT = "gradkit checkpoint";
const VERSION = "1";

interface Contents {
  readonly random: GeneratorState;
  readonly parts: Readonly<Record<string, unknown>>;
}

/**
 * Writes the state of a run, as it is at the call, to a safetensors file, whole or not at all: a process that dies leaves the checkpoint
 * before. The default generator goes with it. A model's tensors are called `model.` and PyTorch's key, so that other programs can read them.
 * Throws a FileError that says why the file cannot be written, and a GradkitError for a value that cannot be saved.
 *
 * @example
 * const progress = { epoch: 0, step: 0 };
 * const run = { model, optimizer, loader, progress };
 * await saveCheckpoint("run.safetensors", run);
 */
export async function saveCheckpoint(path: string | URL, run: Run): Promise<void> {
  const op = "saveCheckpoint";
  const place = toPath(op, path, "Checkpoints need a file system");
  const tensors = {};
  const parts = Object.entries(run).map(([name, part]) => [name, toJson(op, stateOf(op, name, part), name, tensors)]);
  const contents = { random: defaultGenerator.state, parts: Object.fromEntries(parts) };
  const metadata = { format: FORMAT, version: VERSION, contents: JSON.stringify(contents) };
  await atomicWrite(op, place, await serialize(tensors, { metadata }));
}

/**
 * Brings the parts of a run, and the default generator, to where `saveCheckpoint` found them. Plain objects get their values back in place. The
 * file may hold more parts than are asked for. Throws a FileError when it cannot be read, a FormatError when it is cut short, corrupt or no
 * checkpoint, and a GradkitError when a part is not in it or does not fit.
 *
 * @example
 * await loadCheckpoint("run.safetensors", run);
 * for (; progress.epoch < 10; progress.epoch++) for await (const [x, y] of loader) { … } // goes on in the middle of an epoch
 */
export async function loadCheckpoint(source: string | URL | Blob, run: Run): Promise<void> {
  const op = "loadCheckpoint";
  const { bytes, name: file } = await readSource(op, source);
  const { random, parts } = parse(op, bytes, file);
  const missing = Object.keys(run).filter((name) => !Object.hasOwn(parts, name));
  if (missing.length > 0) throw new GradkitError(op, `${file} has no ${missing.join(", ")}. It holds ${Object.keys(parts).join(", ")}`);
  for (const [name, part] of Object.entries(run)) restore(op, name, part, parts[name]);
  defaultGenerator.state = random;
}

function parse(op: string, bytes: Uint8Array, file: string): Contents {
  const tensors = deserialize(bytes, { name: file });
  const { format, version, contents } = readMetadata(bytes);
  if (format !== FORMAT || !contents)
    throw new FormatError(op, `${file} is a safetensors file, but no checkpoint. Use load() of @gradkit/data/files`);
  if (version !== VERSION) throw new FormatError(op, `${file} is a checkpoint of version ${version}, expected ${VERSION}`);
  try {
    const { random, parts } = JSON.parse(contents);
    if (Number.isSafeInteger(random.seed) && Number.isSafeInteger(random.draws))
      return { random, parts: fromJson(op, parts, tensors) as Contents["parts"] };
  } catch (cause) {
    throw new FormatError(op, `${file} is corrupt: what it says of the run cannot be read`, { cause });
  }
  throw new FormatError(op, `${file} is corrupt: it has no state of the random numbers`);
}

const isStateful = (part: object): part is Stateful =>
  "stateDict" in part && typeof part.stateDict === "function" && "loadStateDict" in part && typeof part.loadStateDict === "function";

function stateOf(op: string, name: string, part: Run[string]): unknown {
  if (isStateful(part)) return part.stateDict();
  if (part instanceof Generator) return part.state;
  if (Object.getPrototypeOf(part) === Object.prototype) return part;
  throw new GradkitError(op, `${name} is a ${part.constructor.name} without stateDict() and loadStateDict()`);
}

function restore(op: string, name: string, part: Run[string], state: unknown): void {
  if (isStateful(part)) part.loadStateDict(state as never);
  else if (part instanceof Generator) part.state = state as GeneratorState;
  else {
    const missing = Object.keys(part).filter((key) => !Object.hasOwn(state as object, key));
    if (missing.length > 0) throw new GradkitError(op, `${name} has no ${missing.join(", ")} in the checkpoint`);
    Object.assign(part, state);
  }
}
