/** What every package builds with: one entry per line of its `exports`, so a new subpath is one line in package.json. */
import { defineConfig } from "tsup";

type Manifest = { exports: Record<string, string | { "@gradkit/source": string; default: string }> };

/** { testing: "src/testing/index.ts" } from { "./testing": { "@gradkit/source": "./src/testing/index.ts", default: "./dist/testing.js" } }. */
function entries(manifest: Manifest): Record<string, string> {
  const result: Record<string, string> = {};
  for (const target of Object.values(manifest.exports)) {
    if (typeof target === "string") continue; // ./package.json
    const name = target.default.replace(/^\.\/dist\/(.*)\.js$/, "$1");
    result[name] = target["@gradkit/source"];
  }
  return result;
}

export const preset = (manifest: Manifest): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry: entries(manifest),
    format: "esm",
    target: "es2023",
    platform: "neutral",
    dts: true,
    sourcemap: true,
    clean: true,
  });
