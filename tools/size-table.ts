// Writes docs/sizes.md: what a browser downloads for each program, package and subpath. Bundled from source by esbuild, minified, gzipped.
// `node --conditions=@gradkit/source tools/size-table.ts`
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";

const here = import.meta.dirname;
export const sizesFile = `${here}/../docs/sizes.md`;

const programs: Readonly<Record<string, string>> = {
  "add.ts": "adding two tensors on the CPU backend",
  "mlp.ts": "training a perceptron on the small CPU backend",
  "recipe.ts": "the README's recipe: convolutions, MNIST, every CPU kernel",
};

/** What is only loaded once it is wanted does not count. */
const onDemand: Plugin = {
  name: "on-demand",
  setup: ({ onResolve }) =>
    onResolve({ filter: /.*/ }, ({ kind }) => (kind === "dynamic-import" ? { path: kind, external: true } : undefined)),
};

async function sizeOf(source: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: here, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    conditions: ["@gradkit/source"],
    external: ["node:*"],
    plugins: [onDemand],
    logLevel: "silent",
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}

/** `@gradkit/tensor/linalg` and all others that programs may import. */
function subpaths(): string[] {
  return readdirSync(`${here}/../packages`).flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(`${here}/../packages/${name}/package.json`, "utf8")) as {
      exports: Record<string, unknown>;
    };
    return Object.keys(exports)
      .filter((path) => path !== "./package.json")
      .map((path) => `@gradkit/${name}${path.slice(1)}`);
  });
}

const importAll = (path: string): string => `import * as all from ${JSON.stringify(path)};\nglobalThis.all = all;\n`;

const programOf = (file: string): string => readFileSync(`${here}/consumer/${file}`, "utf8");

/** By program or import, in bytes. */
export async function measureSizes(): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (const [file, what] of Object.entries(programs)) sizes.set(what, await sizeOf(programOf(file)));
  for (const path of subpaths()) sizes.set(`\`${path}\``, await sizeOf(importAll(path)));
  return sizes;
}

/** What all of an import adds to the program that trains a perceptron. */
async function measureAdded(): Promise<ReadonlyMap<string, number>> {
  const perceptron = programOf("mlp.ts");
  const before = await sizeOf(perceptron);
  const added = new Map<string, number>();
  for (const path of subpaths()) added.set(`\`${path}\``, Math.max(0, (await sizeOf(importAll(path) + perceptron)) - before));
  return added;
}

const kilobytes = (bytes = 0): string => (bytes / 1000).toFixed(1);

/** The text of docs/sizes.md. */
async function sizeTable(): Promise<string> {
  const sizes = await measureSizes();
  const added = await measureAdded();
  const names = Object.values(programs);
  return `# Sizes

Written by \`tools/size-table.ts\`; a test holds it to what it measures, within a tenth. In kB, bundled by esbuild, minified and gzipped, with everything
that is imported on the way. \`pnpm size\` holds the programs to their limits.

| program | kB |
| --- | ---: |
${names.map((what) => `| ${what} | ${kilobytes(sizes.get(what))} |`).join("\n")}

All names of an import, alone and on top of the program that trains a perceptron. What a program does not name is left out of its bundle.

| import | alone | added |
| --- | ---: | ---: |
${[...added].map(([path, bytes]) => `| ${path} | ${kilobytes(sizes.get(path))} | ${kilobytes(bytes)} |`).join("\n")}
`;
}

if (import.meta.main) writeFileSync(sizesFile, await sizeTable());
