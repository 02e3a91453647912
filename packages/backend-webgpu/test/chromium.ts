// A headless Chromium with WebGPU on SwiftShader: the system's, or else the one inside @sparticuz/chromium (no root, no package manager).
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { packageRoot, rigDirectory, untar, writeAtomic } from "./rig.ts";

const flags = [
  ...["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
  ...["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
];
const installed = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

function carried(): { path: string; libraries: string } | null {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const path = join(rigDirectory, "chromium");
  const libraries = join(rigDirectory, "chromium-libraries");
  if (!existsSync(path)) {
    mkdirSync(libraries, { recursive: true });
    const unpacked = (name: string): Buffer => brotliDecompressSync(readFileSync(join(packageRoot("@sparticuz/chromium"), "bin", name)));
    untar(unpacked("al2023.tar.br"), libraries);
    untar(unpacked("swiftshader.tar.br"), rigDirectory);
    writeAtomic(path, unpacked("chromium.br"));
  }
  return { path, libraries: `${libraries}:${rigDirectory}` };
}

export interface Browser {
  readonly process: ChildProcess;
  close(): Promise<void>;
}

/** Opens a page; null where there is no Chromium to be had. */
export function openPage(url: string): Browser | null {
  const system = installed.find((path) => path && existsSync(path));
  const own = system ? null : carried();
  const path = system ?? own?.path;
  if (!path) return null;
  const profile = mkdtempSync(join(tmpdir(), "gradkit-chromium-"));
  const env = own ? { ...process.env, LD_LIBRARY_PATH: own.libraries } : process.env;
  const child = spawn(path, [...flags, `--user-data-dir=${profile}`, url], { env, stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    process: child,
    async close() {
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
