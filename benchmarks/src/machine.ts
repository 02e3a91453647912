// The machine and the state of the source that figures belong to.
import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import type { Machine } from "./results.ts";

export const machine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: cpus().length,
  memoryGB: Math.round(totalmem() / 2 ** 30),
  os: `${type()} ${release()} ${process.arch}`,
  node: process.versions.node,
  load: Number((loadavg()[0] as number).toFixed(2)),
});

const git = (...args: string[]): string =>
  execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();

/** Short hash, with "+" where tracked files differ from it; "unknown" outside a clone. */
export function commit(): string {
  try {
    return `${git("rev-parse", "--short=12", "HEAD")}${git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "+"}`;
  } catch {
    return "unknown";
  }
}
