// The cold start and the bundle are about what users download: what `pnpm build` makes.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
let built = false;

/** Builds all packages, once a run: seconds, and less than one where nothing changed. */
export function buildPackages(): void {
  if (built) return;
  const { packageManager } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { packageManager: string };
  execFileSync("npx", ["-y", packageManager, "--silent", "build"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  built = true;
}
