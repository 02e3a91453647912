// The conformance suite in a real browser, with and without the isolation that threads need.
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runPage } from "../../backend-webgpu/test/run-page.ts";
import type { Outcome } from "./run-conformance.ts";

const page = fileURLToPath(new URL("conformance-page.ts", import.meta.url));

it.for([
  ["on an isolated page, with threads", true],
  ["on a page that is not isolated, on one thread", false],
] as const)("the suite passes in Chromium %s", { timeout: 600_000 }, async ([, isolated], context) => {
  const result = await runPage<Outcome>(page, { isolated });
  if (!result) {
    expect(process.env.WEBGPU_REQUIRED, "WEBGPU_REQUIRED=1, but there is no Chromium").not.toBe("1");
    context.skip("there is no Chromium here");
    return;
  }
  expect(result.failures).toEqual([]);
  expect(result).toMatchObject({ shared: isolated, threads: isolated, sum: 300 ** 3 });
  expect(result.passed).toBeGreaterThan(1000);
});
