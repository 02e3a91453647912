// Writes docs/support.md: which op and layer runs where, in which dtypes, how often it can be differentiated, and what of PyTorch's names is there.
// Made by trying: the sample tables, the golden cases and the names of the library. `node --conditions=@gradkit/source tools/support-table.ts`
import { readFileSync, writeFileSync } from "node:fs";
import { cpu } from "@gradkit/backend-cpu";
import { type DType, manualSeed, setDefaultDevice } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { dtypes as webgpuDTypes } from "../packages/backend-webgpu/src/webgpu.ts";
import type { ModuleCase } from "./goldens/families/modules.ts";
import { library } from "./goldens/library.ts";
import { readCases } from "./goldens/reader.ts";
import { coverage } from "./support/coverage.ts";
import { moduleSupport } from "./support/modules.ts";
import { type Order, opSupport } from "./support/ops.ts";

const here = import.meta.dirname;
export const supportFile = `${here}/../docs/support.md`;

const short: Readonly<Record<DType, string>> = { float64: "f64", float32: "f32", float16: "f16", int32: "i32", uint8: "u8", bool: "bool" };
const mark = (order: Order, atLeast: number): string => (order === null ? "" : order >= atLeast ? "✓" : "–");

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** The text of docs/support.md. */
export async function supportTable(): Promise<string> {
  const places = { reference: reference(), cpu: await cpu(), webgpu: { dtypes: webgpuDTypes, syncRead: false } };
  setDefaultDevice(places.reference);
  manualSeed(0);
  const cases = readCases(`${here}/goldens/fixtures`);
  const unsupported = new Set(JSON.parse(readFileSync(`${here}/goldens/unsupported.json`, "utf8")) as string[]);

  const ops = opSupport(places).map(({ op, dtypes, order }) => [
    `\`${op}\``,
    ...Object.keys(places).map((name) => dtypes[name]?.map((dtype) => short[dtype]).join(" ") ?? ""),
    mark(order, 1),
    mark(order, 2),
  ]);
  const moduleCases = cases.filter(({ family }) => family === "modules") as ModuleCase[];
  const modules = moduleSupport(moduleCases, unsupported, library).map(({ module, cases: all, held, order }) => [
    `\`${module}\``,
    `${held} of ${all}`,
    mark(order, 1),
    mark(order, 2),
  ]);
  const names = coverage(library).map(({ namespace, present, missing }) => [
    `\`${namespace}\``,
    `${present} of ${present + missing.length}`,
    missing.map((name) => `\`${name}\``).join(" ") || "none",
  ]);
  return `# What is supported

Written by \`tools/support-table.ts\`, from the sample tables, the golden cases and the names of the library; a test holds it to them. ✓: yes, –: no, empty: the question does not arise.

## PyTorch's names

PyTorch's own lists of names (\`tools/support/pytorch-names.txt\`: those of 1.13, and by hand what 2.x added), looked up here by rule: \`log_softmax\`
is \`logSoftmax\`. A name of \`torch\` or \`torch.Tensor\` counts as here when it is a function or a method: what few programs call is a function alone,
for the sake of bundles. A row says that a name is there; which calls of it give PyTorch's numbers is what the golden cases say.

Left out of the lists: what is private or undocumented; in-place forms (\`exp_\`), except initial values; quantisation; sparse and other memory layouts;
complex numbers; conversions between dtypes, devices, files and other libraries; settings of the process and questions about it (\`get_\`, \`set_\`, \`is_\`);
named dims; the compiler; base classes of layers and distributed wrappers; what PyTorch has removed since 1.13.

${table(["namespace", "here", "missing"], names)}

## Ops

Each op, or family of ops that are written in terms of others, with the dtypes of its first operand in the sample tables. The reference and the CPU
backend ran the samples for this table; for WebGPU, which needs an adapter, it says what its conformance suite (\`conformance.gpu.test.ts\`) executes there.
Gradients are tried in float32 on the reference backend, the second by the inputs and by the incoming gradient.

${table(["op", ...Object.keys(places), "gradient", "second"], ops)}

## Layers and losses

How many of PyTorch's recorded cases hold (values, gradients, state), on reference and CPU alike; the second derivative is tried on one of them.

${table(["module", "cases", "gradient", "second"], modules)}
`;
}

if (import.meta.main) writeFileSync(supportFile, await supportTable());
