/**
 * Meets the packages as npm users do. Packs them, lets publint and attw read the tarballs, installs them with npm into an empty project,
 * and there compiles, runs and bundles a small program on the oldest Node that we support, which also has to pass the conformance suite. Needs `pnpm build`.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const oldestNode = "20.19.0";
const tools = fileURLToPath(new URL(".", import.meta.url));
const tool = (name: string): string => join(tools, "node_modules/.bin", name);

/** Runs a program quietly; if it fails, shows its output and ends this process. */
function run(program: string, args: readonly string[], cwd: string): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8" });
  if (status === 0) return stdout;
  console.error(`${program} ${args.join(" ")}\n${error?.message ?? stdout + stderr}`);
  process.exit(1);
}

const project = mkdtempSync(join(tmpdir(), "gradkit-consumer-"));
const packed = join(project, "packed");
mkdirSync(packed);
run("pnpm", ["--recursive", "--filter", "./packages/*", "exec", "pnpm", "pack", "--pack-destination", packed], join(tools, ".."));
const tarballs = readdirSync(packed).map((file) => join(packed, file));

for (const tarball of tarballs) {
  run(tool("publint"), ["run", "--strict", tarball], project);
  run(tool("attw"), [tarball, "--profile", "esm-only"], project);
}
console.log(`publint and attw: ${tarballs.length} tarballs are in order`);

writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
run("npm", ["install", "--no-audit", "--no-fund", `node@${oldestNode}`, ...tarballs], project);
copyFileSync(join(tools, "consumer/train.ts"), join(project, "train.ts"));
const node = join(project, "node_modules/node/bin/node");
console.log(`installed with npm; Node ${run(node, ["--version"], project).trim()}`);

// no skipLibCheck and no @types/node: the declarations have to stand on their own
run(tool("tsc"), ["--module", "nodenext", "--target", "es2023", "--strict", "train.ts"], project);
console.log(`compiled: ${run(node, ["train.js"], project).trim()}`);

// of the bundlers that we tried, rolldown (in vite) drops most: it shows whether `sideEffects` keeps what it must
const lib = { entry: "train.js", formats: ["es" as const], fileName: "train" };
await build({ root: project, configFile: false, logLevel: "warn", build: { outDir: "bundled", lib } });
console.log(`bundled:  ${run(node, ["bundled/train.js"], project).trim()}`);

// the suite of the CPU backend, which is no package: from the source
await build({
  root: join(tools, ".."),
  configFile: false,
  logLevel: "warn",
  resolve: { conditions: ["@gradkit/source"] },
  ssr: { noExternal: true, resolve: { conditions: ["@gradkit/source"] } },
  build: {
    ssr: "packages/backend-cpu/test/conformance-node.ts",
    outDir: join(project, "conformance"),
    emptyOutDir: true,
    target: "node20",
  },
});
console.log(`Node ${oldestNode}: ${run(node, ["conformance/conformance-node.js"], project).trim()}`);

rmSync(project, { recursive: true });
