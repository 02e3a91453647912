// A program that used the device ends when its work is done: nothing of WebGPU keeps Node alive, and nothing crashes on the way out.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { openBackend } from "./rig.ts";

const opened = await openBackend();
const here = fileURLToPath(new URL(".", import.meta.url));

const program = `
import { setDefaultDevice, tensor } from "@gradkit/tensor";
import { webgpu } from "@gradkit/backend-webgpu";
const device = await webgpu();
if (device) {
  setDefaultDevice(device);
  const kept = tensor([1, 2]).mul(2);
  console.log(await kept.tolist());
  globalThis.kept = kept.add(1); // recorded, never read
} else console.log("none");
`;

async function run(...preload: string[]): Promise<string> {
  const flags = ["--conditions=@gradkit/source", "--input-type=module", ...preload.flatMap((file) => ["--import", `${here}${file}`])];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, "--eval", program], { cwd: here, timeout: 20_000 });
  return stdout.trim();
}

it.skipIf(!opened)("with a device", { timeout: 30_000 }, async () => {
  expect(await run("provide-gpu.ts")).toBe("[ 2, 4 ]");
});

it("with the optional peer as it is installed, whatever this machine has", { timeout: 30_000 }, async () => {
  expect(["none", "[ 2, 4 ]"]).toContain(await run());
});
