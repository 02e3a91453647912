// The conformance suite in a real browser: the same source, bundled as an app would bundle it, on Chromium's own WebGPU.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { expect, it } from "vitest";
import { openPage } from "./chromium.ts";
import type { PageResult } from "./conformance-page.ts";

async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@gradkit/source"] },
    build: { write: false, target: "esnext", minify: false, modulePreload: false, rollupOptions: { input: entry } },
  });
  const [{ output }] = (Array.isArray(result) ? result : [result]) as [{ output: readonly { code?: string }[] }];
  return output[0]?.code as string;
}

/** Serves the page and resolves with what it posts. */
async function runPage(script: string): Promise<PageResult | null> {
  const posted = Promise.withResolvers<PageResult>();
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        response.end();
        posted.resolve(JSON.parse(body));
      });
    } else if (request.url === "/page.js") response.setHeader("content-type", "text/javascript").end(script);
    else response.setHeader("content-type", "text/html").end('<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = openPage(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  try {
    if (!browser) return null;
    let log = "";
    browser.process.stderr?.on("data", (chunk) => {
      log += chunk;
    });
    browser.process.once("exit", (code) => posted.reject(new Error(`Chromium ended with ${code}\n${log.slice(-2000)}`)));
    return await posted.promise;
  } finally {
    await browser?.close();
    server.close();
  }
}

it("the suite passes in Chromium", { timeout: 600_000 }, async (context) => {
  const result = await runPage(await bundle(fileURLToPath(new URL("conformance-page.ts", import.meta.url))));
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
