// Peers come when they are first needed: they are large, and nothing else in the repository wants them.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const peers = fileURLToPath(new URL("../peers", import.meta.url));
const root = new URL("../../package.json", import.meta.url);

/** Installs what the lockfile says, unless that is there. False where it failed: without a network, say. */
export function installPeers(): boolean {
  const marker = `${peers}/node_modules/.installed`; // the lockfile of the last install that ended well
  const lockfile = readFileSync(`${peers}/pnpm-lock.yaml`, "utf8");
  if (existsSync(marker) && readFileSync(marker, "utf8") === lockfile) return true;
  console.error(
    "Installing the peers (once, about 210 MB): TensorFlow.js, jax-js and onnxruntime-web go into benchmarks/peers/node_modules …",
  );
  const { packageManager } = JSON.parse(readFileSync(root, "utf8")) as { packageManager: string };
  const { status } = spawnSync("npx", ["-y", packageManager, "--silent", "install", "--frozen-lockfile"], {
    cwd: peers,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) return false;
  writeFileSync(marker, lockfile);
  return true;
}
