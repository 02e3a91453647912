/** What every package builds with, derived from its package.json: a new subpath is one line in `exports`. */
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
    esbuildPlugins: [installApart],
    esbuildOptions: (options) => {
      options.sourcesContent = false; // the source is in the package
    },
  };
}

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
