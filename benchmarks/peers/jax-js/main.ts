// jax-js with its WebAssembly backend as a measured process.
import { createRequire } from "node:module";
import { defaultDevice, init } from "@jax-js/jax";
import { type Runnable, serve, versionOf } from "../../src/serve.ts";
import type { Work } from "../../src/workloads.ts";
import { ops } from "./ops.ts";
import { training } from "./training.ts";

await init("wasm");
defaultDevice("wasm");

const manifest = `${createRequire(import.meta.url)
  .resolve("@jax-js/jax")
  .replace(/\/dist\/.*/, "")}/package.json`;
await serve({
  versions: { "@jax-js/jax": await versionOf(manifest) },
  prepare: (work: Work): Runnable => (work.kind === "train" ? training(work.model) : ops[work.kind](work as never)),
});
