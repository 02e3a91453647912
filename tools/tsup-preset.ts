/** What every package builds with, derived from its package.json: a new subpath is one line in `exports`. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Options } from "tsup";

interface Manifest {
  readonly exports: Record<string, string | { "@gradkit/source": string; default: string }>;
}

/** { testing: "./src/testing/index.ts" } from { "./testing": { "@gradkit/source": "./src/testing/index.ts", default: "./dist/testing.js" } }. */
function entries(manifest: Manifest): Record<string, string> {
  const result: Record<string, string> = {};
  for (const target of Object.values(manifest.exports)) {
    if (typeof target === "string") continue; // ./package.json
    const name = target.default.replace(/^\.\/dist\/(.*)\.js$/, "$1");
    result[name] = target["@gradkit/source"];
  }
  return result;
}

export function preset(manifest: Manifest): Options {
  return {
    entry: entries(manifest),
    format: "esm",
    target: "es2023",
    platform: "neutral",
    dts: true,
    sourcemap: true,
    clean: true,
    plugins: [asciiOnly],
    esbuildPlugins: [installApart, oneSharedChunk],
    esbuildOptions: (options) => {
      options.sourcesContent = false; // the source is in the package
    },
  };
}

/**
 * One letter that ASCII lacks makes an engine decode a file slowly and keep all of it in two bytes a letter: 3 ms of a cold start. They stand in
 * comments that esbuild leaves within classes, and in nothing else: it escapes those of strings.
 */
const asciiOnly: NonNullable<Options["plugins"]>[number] = {
  name: "ascii-only",
  renderChunk: (code) => ({ code: code.replace(/[\u0080-\uffff]/g, "?") }), // letter for letter: the source map holds
};

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/**
 * `install.ts` is the one module that acts when it is imported, and keeps a file of its own, dist/install.js: left to itself esbuild would
 * move its code into a chunk that other entries share. `sideEffects` names all of dist, since bundlers skip modules that only re-export,
 * and warn of chunks that one file imports for their effects and `sideEffects` does not name.
 */
const installApart: Plugin = {
  name: "install-apart",
  setup(build) {
    build.onResolve({ filter: /\/install\.ts$/ }, ({ kind }) =>
      kind === "entry-point" ? undefined : { path: "./install.js", external: true },
    );
  },
};

/**
 * What the index shares with other entries goes into one file: left to itself esbuild makes a chunk for each combination of entries, and Node loads
 * one large file faster than many small ones. So every entry imports all that is shared, for nothing; as in `sideEffects`, lest esbuild skip
 * modules without.
 */
const oneSharedChunk: Plugin = {
  name: "one-shared-chunk",
  async setup(build) {
    const options = build.initialOptions;
    const entries = Object.values(options.entryPoints as Record<string, string>).map((path) => resolve(path));
    const { metafile } = await build.esbuild.build({
      ...options,
      plugins: [installApart],
      packages: "external",
      write: false,
      metafile: true,
    });
    const { outputs } = metafile;

    const reached = new Set(["dist/index.js"]);
    for (const file of reached) for (const { path } of outputs[file]?.imports ?? []) reached.add(path);
    const shared = [...reached].flatMap((file) => (outputs[file]?.entryPoint ? [] : Object.keys(outputs[file]?.inputs ?? {})));
    const imports = shared.map((path) => `import ${JSON.stringify(resolve(path))};`).join("");

    build.onResolve({ filter: /^[./].*\.ts$/ }, ({ path, resolveDir }) => ({ path: resolve(resolveDir, path), sideEffects: true }));
    build.onLoad({ filter: /\.ts$/ }, ({ path }) =>
      entries.includes(path) ? { contents: `${imports}\n${readFileSync(path, "utf8")}`, loader: "ts" } : undefined,
    );
  },
};
