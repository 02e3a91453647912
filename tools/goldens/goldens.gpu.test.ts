// PyTorch's numbers on the webgpu backend, with the tolerances of the files as they are: all that the CPU passes, but for what needs values at
// once on the host.
import { readFileSync } from "node:fs";
import { setDefaultDevice } from "@gradkit/tensor";
import { describe, expect, test } from "vitest";
import { openBackend } from "../../packages/backend-webgpu/test/rig.ts";
import { library } from "./library.ts";
import { readCases } from "./reader.ts";
import { runCases } from "./run.ts";

const needsValues = {
  "errors/nn.functional.one_hot/01-negative": "unsupported", // the number of classes is that of the largest index
  "ops/nn.functional.one_hot/00": "unsupported",
  "errors/nn.functional.gaussian_nll_loss/00-loss": "failed", // negative variances are looked for where looking costs nothing
  // tensors as arguments that name a shape or a place in memory
  "ops/linspace.tensor_overload/02-opinfo": "unsupported",
  "ops/logspace.tensor_overload/01-opinfo": "unsupported",
  "ops/logspace.tensor_overload/02-opinfo": "unsupported",
  "ops/narrow/08-opinfo": "unsupported",
  "ops/narrow/12-opinfo": "unsupported",
  "ops/narrow/14-opinfo": "unsupported",
  "ops/narrow/18-opinfo-int64": "unsupported",
  "ops/tensor_split/02-opinfo": "unsupported",
  "ops/tensor_split/06-noncontig": "unsupported",
} as const;

const backend = await openBackend();
const cases = readCases(new URL("./fixtures", import.meta.url).pathname);
const families = [...new Set(cases.map(({ family }) => family))];
const listed = new Set(JSON.parse(readFileSync(new URL("./unsupported.json", import.meta.url), "utf8")) as string[]);

/** Whether the list of what no backend supports yet is up to date is the other test's question. */
function isSurprise({ id, status }: { readonly id: string; readonly status: string }): boolean {
  const exception = needsValues[id as keyof typeof needsValues];
  if (exception) return status !== exception;
  return status !== "passed" && !(status === "unsupported" && listed.has(id));
}

describe.skipIf(!backend)("webgpu", () => {
  test.each(families)("%s", { timeout: 240_000 }, async (family) => {
    if (backend) setDefaultDevice(backend);
    const selected = cases.filter((golden) => golden.family === family);
    const outcomes = await runCases(selected, { library, slack: 1 });
    const surprises = outcomes.filter(isSurprise);
    expect(surprises.map(({ id, status, reason }) => `${id} ${status}: ${reason}`)).toEqual([]);
  });
});
