// Runs a script of ours in headless Chromium.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "vite";
import { openPage } from "./chromium.ts";

/** What makes a page cross-origin isolated: only there can threads share memory. */
const isolation = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** One file, as an app would bundle it. */
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

/** Bundles a script, serves a page that runs it and resolves with what it posts to /result; null where there is no Chromium. */
export async function runPage<Result>(entry: string, { isolated = false }: { isolated?: boolean } = {}): Promise<Result | null> {
  const script = await bundle(entry);
  const posted = Promise.withResolvers<Result>();
  const server = createServer((request, response) => {
    if (isolated) response.setHeaders(new Map(Object.entries(isolation)));
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
