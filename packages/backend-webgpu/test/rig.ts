// Real WebGPU in Node with npm packages alone: Dawn (the `webgpu` package) on SwiftShader, the software Vulkan driver that @sparticuz/chromium
// carries. Must run on the main thread of a process: the Vulkan loader reads the C environment, which process.env reaches only from there.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { type WebGpuBackend, webgpu } from "../src/index.ts";

const require = createRequire(import.meta.url);
const driverFiles = ["libvulkan.so.1", "libvk_swiftshader.so", "vk_swiftshader_icd.json"];

/** Several test processes unpack at once: each writes its own file and renames it. */
export function writeAtomic(path: string, bytes: Uint8Array): void {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, bytes, { mode: 0o755 });
  renameSync(own, path);
}

/** Writes the named files of a tar archive flat into `dir`. */
export function untar(archive: Buffer, dir: string, names: readonly string[] | null = null): void {
  const block = 512;
  for (let at = 0; at + block <= archive.length; ) {
    const path = archive.toString("utf8", at, at + 100).replace(/\0.*$/s, "");
    if (path === "") return;
    const size = Number.parseInt(archive.toString("utf8", at + 124, at + 136), 8) || 0;
    const name = path.split("/").at(-1) as string;
    if (size > 0 && (names === null || names.includes(name))) writeAtomic(join(dir, name), archive.subarray(at + block, at + block + size));
    at += block + Math.ceil(size / block) * block;
  }
}

/** The directory of an installed package. */
export function packageRoot(name: string): string {
  let dir = dirname(require.resolve(name));
  while (!existsSync(join(dir, "package.json")) || JSON.parse(readFileSync(join(dir, "package.json"), "utf8")).name !== name)
    dir = dirname(dir);
  return dir;
}

/** Where drivers and browsers are unpacked, once a machine. */
export const rigDirectory: string = join(tmpdir(), "gradkit-webgpu-rig");

interface Dawn {
  create(flags: string[]): GPU;
}

function open(path: string): Dawn {
  const module: { exports: unknown } = { exports: {} };
  process.dlopen(module, path);
  return module.exports as Dawn;
}

/** Dawn's binding as the package ships it: with the driver of this machine, if it has one. */
function nativePath(): string {
  const platform = process.platform === "darwin" ? "darwin-universal" : `${process.platform}-${process.arch}`;
  return join(packageRoot("webgpu"), "dist", platform, "dawn.node");
}

/** A copy of the binding beside SwiftShader: Dawn looks for the Vulkan loader next to itself first. */
function withSwiftShader(): string {
  mkdirSync(rigDirectory, { recursive: true });
  if (!driverFiles.every((name) => existsSync(join(rigDirectory, name)))) {
    untar(
      brotliDecompressSync(readFileSync(join(packageRoot("@sparticuz/chromium"), "bin", "swiftshader.tar.br"))),
      rigDirectory,
      driverFiles,
    );
  }
  const [native, copy] = [nativePath(), join(rigDirectory, "dawn.node")];
  if (!existsSync(copy) || statSync(copy).size !== statSync(native).size) {
    copyFileSync(native, `${copy}.${process.pid}`);
    renameSync(`${copy}.${process.pid}`, copy);
  }
  const icd = join(rigDirectory, "vk_swiftshader_icd.json");
  Object.assign(process.env, { VK_ICD_FILENAMES: icd, VK_DRIVER_FILES: icd, VK_LOADER_LAYERS_DISABLE: "~implicit~" });
  process.env.XDG_RUNTIME_DIR ??= rigDirectory;
  return copy;
}

let gpu: GPU | null = null;

/** What GPU tests run on: `WEBGPU_RIG=native` takes the machine's own driver instead of SwiftShader. One instance a process. */
export function openGpu(): GPU {
  const onSwiftShader = process.env.WEBGPU_RIG !== "native" && process.platform === "linux" && process.arch === "x64";
  gpu ??= open(onSwiftShader ? withSwiftShader() : nativePath()).create([]);
  return gpu;
}

/** A device that executes. Null where there is none, and its tests are skipped; an error if WEBGPU_REQUIRED=1. */
export async function openBackend(): Promise<WebGpuBackend | null> {
  let backend: WebGpuBackend | null = null;
  let reason = "there is no adapter";
  try {
    backend = await webgpu({ gpu: openGpu() });
  } catch (error) {
    reason = (error as Error).message;
  }
  if (!backend && process.env.WEBGPU_REQUIRED === "1") throw new Error(`WEBGPU_REQUIRED=1, but no WebGPU executes here: ${reason}`);
  if (!backend) console.log(`WebGPU tests are skipped: ${reason}`);
  return backend;
}

/** Validates every shader and every call, and executes nothing: there on any machine. */
export const openNullGpu = (): GPU => open(nativePath()).create(["backend=null"]);
