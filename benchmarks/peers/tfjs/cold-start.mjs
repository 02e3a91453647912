// Its first number, from a fresh process.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { matMul, ones, setBackend } from "@tensorflow/tfjs-core";

setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json"))}/wasm-out/`);
await setBackend("wasm");
const [first] = await matMul(ones([64, 64]), ones([64, 64])).data();
console.log(first);
