// The command line: every option, its default, and what to do about a wrong one.
import { parseArgs } from "node:util";
import { type ModelName, models } from "./models.ts";

export interface Options {
  /** A directory of IDX files, "mnist": downloaded once, then cached, or "synthetic": drawn by code. */
  readonly data: string;
  readonly model: ModelName;
  readonly backend: BackendName;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly seed: number;
  /** Where weights and checkpoints are saved. */
  readonly out: string;
  /** A checkpoint to go on with. */
  readonly resume: string | undefined;
  /** Steps from one checkpoint to the next. */
  readonly saveEvery: number;
  /** Hold out a twelfth of the training images, and end with the weights of the epoch that read them best. */
  readonly keepBest: boolean;
}

export const backends = ["cpu", "webgpu"] as const;
export type BackendName = (typeof backends)[number];

export const help = `Trains a network on MNIST and tells how well it reads digits it has never seen.

  npm run demo -- [options]

  --data DIR|mnist|synthetic   (mnist)
                         a directory with the four IDX files (.gz or not); "mnist": download
                         them once and keep them, or else as "synthetic": digits drawn by code
  --model ${Object.keys(models).join("|")}   (cnn)
  --epochs N             passes over the training set            (4)
  --batch-size N         images a step                           (64)
  --lr X                 learning rate of Adam at the start      (0.002)
  --seed N               same seed, same numbers                 (0)
  --backend ${backends.join("|")}   (cpu)
  --out DIR              where weights and checkpoints go        (runs)
  --save-every N         steps from one checkpoint to the next   (500)
  --resume FILE          go on with a run that was stopped; its other options are to be repeated
  --keep-best            hold out a twelfth of the training images, and end with the weights
                         of the epoch that read them best
  --help
`;

/** A mistake on the command line: its message is all that the user sees. */
export class UsageError extends Error {}

/** Reads the arguments; null asks for the help text. */
export function readOptions(args: readonly string[]): Options | null {
  const values = parse(args);
  if (values.help) return null;
  return {
    data: values.data,
    model: oneOf("model", values.model, Object.keys(models) as ModelName[]),
    backend: oneOf("backend", values.backend, backends),
    epochs: number("epochs", values.epochs, 1, Number.isInteger),
    batchSize: number("batch-size", values["batch-size"], 1, Number.isInteger),
    lr: number("lr", values.lr, Number.MIN_VALUE, Number.isFinite),
    seed: number("seed", values.seed, 0, Number.isSafeInteger),
    out: values.out,
    resume: values.resume,
    saveEvery: number("save-every", values["save-every"], 1, Number.isInteger),
    keepBest: values["keep-best"],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: "string", default: "mnist" },
        model: { type: "string", default: "cnn" },
        backend: { type: "string", default: "cpu" },
        epochs: { type: "string", default: "4" },
        "batch-size": { type: "string", default: "64" },
        lr: { type: "string", default: "0.002" },
        seed: { type: "string", default: "0" },
        out: { type: "string", default: "runs" },
        resume: { type: "string" },
        "save-every": { type: "string", default: "500" },
        "keep-best": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nTry --help`);
  }
}

function oneOf<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  if ((names as readonly string[]).includes(value)) return value as Name;
  throw new UsageError(`--${option} ${value}: expected one of ${names.join(", ")}`);
}

function number(option: string, value: string, lowest: number, fits: (value: number) => boolean): number {
  const parsed = Number(value);
  if (value.trim() !== "" && fits(parsed) && parsed >= lowest) return parsed;
  throw new UsageError(`--${option} ${value}: expected a ${fits === Number.isFinite ? "number above 0" : `whole number from ${lowest}`}`);
}
