// What a browser downloads to train the perceptron: bundled, minified, gzipped; with the WebAssembly files that a library fetches beside it.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { buildPackages } from "./build-packages.ts";
import { type Contestant, ours } from "./contestants.ts";
import { digits } from "./format.ts";
import type { Result, Row } from "./results.ts";

interface Page {
  readonly program: string;
  /** Fetched at run time: a bundler does not see them. */
  readonly wasm?: string;
}

const pages: Readonly<Record<string, Page>> = {
  [ours[0].name]: { program: "gradkit/bundle.ts" },
  tfjs: {
    program: "../peers/tfjs/bundle.ts",
    wasm: "../peers/node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm",
  },
  "jax-js": { program: "../peers/jax-js/bundle.ts" },
};

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const gzipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;

async function weigh({ program, wasm }: Page): Promise<Result> {
  try {
    const { outputFiles } = await build({
      entryPoints: [path(program)],
      bundle: true,
      minify: true,
      format: "esm",
      write: false,
      logLevel: "silent",
      external: ["node:*"],
    });
    const script = gzipped((outputFiles[0] as { contents: Uint8Array }).contents);
    const binary = wasm ? gzipped(readFileSync(path(wasm))) : 0;
    return { bytes: script + binary, note: binary ? `${digits(script / 1000)} kB script, ${digits(binary / 1000)} kB wasm` : "" };
  } catch (error) {
    return { error: (error as Error).message.split("\n")[0] as string };
  }
}

export async function measureBundles(contestants: readonly Contestant[], onProgress: (fraction: number) => void): Promise<Row> {
  buildPackages();
  const results: Record<string, Result> = {};
  for (const { name } of contestants) if (pages[name]) results[name] = await weigh(pages[name]);
  onProgress(1);
  return { workload: "bundle", results, mismatches: {} };
}
