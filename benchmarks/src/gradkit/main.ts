// gradkit as a measured process: `node --conditions=@gradkit/source main.ts [threads]`.
import { cpu } from "@gradkit/backend-cpu";
import { setDefaultDevice } from "@gradkit/tensor";
import { type Runnable, serve, versionOf } from "../serve.ts";
import type { Work } from "../workloads.ts";
import { ops } from "./ops.ts";
import { training } from "./training.ts";

const threads = process.argv[2];
setDefaultDevice(await cpu(threads === undefined ? {} : { threads: Number(threads) }));

await serve({
  versions: { gradkit: await versionOf("@gradkit/tensor/package.json") },
  prepare: (work: Work): Runnable => (work.kind === "train" ? training(work.model) : ops[work.kind](work as never)),
});
