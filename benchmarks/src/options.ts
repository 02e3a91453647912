// The command line of `pnpm bench`.
import { parseArgs } from "node:util";
import { type PeerName, peerNames } from "./contestants.ts";
import { type Workload, workloads, workloadsNamed } from "./workloads.ts";

export interface Options {
  readonly rows: readonly Workload[];
  readonly peers: readonly PeerName[];
  readonly json: string | undefined;
  readonly python: string | undefined;
  /** How often each contestant is asked in each row. */
  readonly rounds: number;
  /** How long it runs each time. */
  readonly sliceMs: number;
  /** Before the first round. An engine takes some hundred steps to compile a training loop for good, so `--quick` flatters who has little JavaScript. */
  readonly warmUpMs: number;
}

export const help = `Measures gradkit beside TensorFlow.js, jax-js, onnxruntime-web and, where a Python has torch, PyTorch.

  pnpm bench [options]

  --only NAMES     rows of that name, or whose names begin with it; several with commas
  --quick          a tenth of the time, for a first look
  --peers NAMES    of ${peerNames.join(", ")}; "none": gradkit alone   (all)
  --json FILE      keep everything that was measured
  --python PATH    a Python with torch   ($PYTHON, python3)
  --help

Rows: ${workloads.map(({ name }) => name).join(", ")}
`;

/** A mistake on the command line: its message is all that the user sees. */
export class UsageError extends Error {}

/** Reads the arguments; null asks for the help text. */
export function readOptions(args: readonly string[]): Options | null {
  const values = parse(args);
  if (values.help) return null;
  return {
    rows: values.only === undefined ? workloads : values.only.split(",").flatMap(rowsNamed),
    peers: values.peers === undefined ? peerNames : values.peers === "none" ? [] : values.peers.split(",").map(peerNamed),
    json: values.json,
    python: values.python,
    ...(values.quick ? { rounds: 3, sliceMs: 20, warmUpMs: 100 } : { rounds: 7, sliceMs: 100, warmUpMs: 1000 }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: args.filter((arg) => arg !== "--"), // pnpm hands it on
      options: {
        only: { type: "string" },
        quick: { type: "boolean", default: false },
        peers: { type: "string" },
        json: { type: "string" },
        python: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nTry --help`);
  }
}

function rowsNamed(name: string): readonly Workload[] {
  const rows = workloadsNamed(name);
  if (rows.length > 0) return rows;
  throw new UsageError(`--only ${name}: no row has a name like that. They are ${workloads.map((row) => row.name).join(", ")}`);
}

function peerNamed(name: string): PeerName {
  const peer = peerNames.find((each) => each === name);
  if (peer) return peer;
  throw new UsageError(`--peers ${name}: expected "none", or some of ${peerNames.join(", ")}`);
}
