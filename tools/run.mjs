// `npm run demo` and `npm test` on a machine with Node and npm alone: sets up what is missing, then runs on the pinned Node.
// Plain JavaScript without dependencies, because it runs before anything is installed and on the oldest Node that we support.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const marker = `${root}/node_modules/.gradkit-setup`; // the lockfile of the last install that ended well
const lockfile = readFileSync(`${root}/pnpm-lock.yaml`, "utf8");

const commands = {
  setup: null,
  demo: ["--conditions=@gradkit/source", "apps/mnist-demo/src/main.ts"],
  test: ["node_modules/vitest/vitest.mjs", "run"],
};

/** Runs a program in this terminal; ends this process with its exit status unless that is 0. */
function run(program, args, options = {}) {
  const { status, signal, error } = spawnSync(program, args, { stdio: "inherit", cwd: root, ...options });
  if (error) console.error(`${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? (signal === "SIGINT" ? 130 : 1));
}

const [name, ...rest] = process.argv.slice(2);
const args = rest[0] === "--" ? rest.slice(1) : rest; // pnpm hands the `--` on, npm takes it away

if (!existsSync(marker) || readFileSync(marker, "utf8") !== lockfile) {
  const { packageManager } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  console.error(`Setting up (once): ${packageManager}, Node 24 and the development tools go into node_modules …`);
  run("npx", ["-y", packageManager, "install", "--frozen-lockfile"], { shell: process.platform === "win32" });
  writeFileSync(marker, lockfile);
}

if (commands[name] !== null) run(`${root}/node_modules/node/bin/node`, [...commands[name], ...args]);
