// TensorFlow.js with its WebAssembly backend as a measured process.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { ready, setBackend } from "@tensorflow/tfjs-core";
import { type Runnable, serve, versionOf } from "../../src/serve.ts";
import type { Work } from "../../src/workloads.ts";
import "./gradients.ts";
import { ops } from "./ops.ts";
import { training } from "./training.ts";

const manifest = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json");
setWasmPaths(`${dirname(manifest)}/wasm-out/`);
await setBackend("wasm");
await ready();

await serve({
  versions: { "@tensorflow/tfjs-backend-wasm": await versionOf(manifest) },
  prepare: (work: Work): Runnable => (work.kind === "train" ? training(work.model) : ops[work.kind](work as never)),
});
