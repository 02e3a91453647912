// onnxruntime-web, on its WebAssembly provider with one thread, as a measured process. It infers only.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { env, InferenceSession, Tensor } from "onnxruntime-web";
import { checksum } from "../../src/checksum.ts";
import { seeded, sizeOf } from "../../src/seeded.ts";
import { NotComparable, type Runnable, serve, versionOf } from "../../src/serve.ts";
import type { ConvWork, MatmulWork, RowsWork, Work } from "../../src/workloads.ts";
import { modelOf, type Node } from "./model.ts";

const dist = dirname(createRequire(import.meta.url).resolve("onnxruntime-web"));
env.wasm.numThreads = 1;
env.wasm.wasmPaths = `file://${dist}/`;

/** The model, and the scales of its inputs; input i is seeded with i + 1. */
type Job = readonly [node: Node, scales: readonly number[]];

function matmul({ batch, m, k, n, aTransposed, bTransposed }: MatmulWork): Job {
  const batches = batch > 1 ? [batch] : [];
  const inputs = {
    a: [...batches, ...(aTransposed ? [k, m] : [m, k])],
    b: [...batches, ...(bTransposed ? [n, k] : [k, n])],
  };
  const output = [...batches, m, n];
  if (batch > 1) return [{ op: "MatMul", inputs, output }, [1, 1]];
  return [{ op: "Gemm", attributes: { transA: Number(aTransposed), transB: Number(bTransposed) }, inputs, output }, [1, 1]];
}

function conv({ images, channels, size, filters, groups, backward }: ConvWork): Job {
  if (backward) throw new NotComparable("it has no gradients");
  const inputs = { x: [images, channels, size, size], w: [filters, channels / groups, 3, 3] };
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: groups };
  return [{ op: "Conv", attributes, inputs, output: [images, filters, size, size] }, [1, 0.1]];
}

const softmax = ({ rows, columns }: RowsWork): Job => [
  { op: "Softmax", attributes: { axis: 1 }, inputs: { x: [rows, columns] }, output: [rows, columns] },
  [3],
];

function jobOf(work: Work): Job {
  if (work.kind === "matmul") return matmul(work);
  if (work.kind === "conv") return conv(work);
  if (work.kind === "softmax") return softmax(work);
  throw new NotComparable(work.kind === "train" ? "it has no gradients" : "only matmul, convolution and softmax are compared with it");
}

async function prepare(work: Work): Promise<Runnable> {
  const [node, scales] = jobOf(work);
  const session = await InferenceSession.create(modelOf(node), { executionProviders: ["wasm"] });
  const feeds = Object.fromEntries(
    Object.entries(node.inputs).map(([name, shape], i) => [name, new Tensor("float32", seeded(i + 1, sizeOf(shape), scales[i]), shape)]),
  );
  return {
    step: async () => {
      await session.run(feeds);
    },
    check: async () => checksum((await session.run(feeds)).y?.data as Float32Array),
  };
}

const manifest = `${dist.replace(/\/dist.*/, "")}/package.json`;
await serve({ versions: { "onnxruntime-web": await versionOf(manifest) }, prepare });
