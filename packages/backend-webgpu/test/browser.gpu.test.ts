// The conformance suite in a real browser: the same source, bundled as an app would bundle it, on Chromium's own WebGPU.
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { PageResult } from "./conformance-page.ts";
import { runPage } from "./run-page.ts";

it("the suite passes in Chromium", { timeout: 600_000 }, async (context) => {
  const result = await runPage<PageResult>(fileURLToPath(new URL("conformance-page.ts", import.meta.url)));
  if (!result?.page.adapter) {
    expect(process.env.WEBGPU_REQUIRED, "WEBGPU_REQUIRED=1, but there is no Chromium with WebGPU").not.toBe("1");
    context.skip("there is no Chromium with WebGPU here");
    return;
  }
  const { page, worker } = result;
  console.log(`in Chromium, on ${page.adapter}: ${page.passed} cases passed, ${worker.passed} of them in a worker as well`);
  expect([...page.failures, ...worker.failures]).toEqual([]);
  expect(page.passed).toBeGreaterThan(1000);
  expect(worker.passed).toBeGreaterThan(20);
});
