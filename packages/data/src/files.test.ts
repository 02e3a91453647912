import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FormatError, type Tensor, tensor, UnsupportedError } from "@gradkit/tensor";
import { readMetadata, serialize } from "@gradkit/tensor/safetensors";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { useReferenceDevice } from "../test/reference-device.ts";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { FileError, load, save } from "./files.ts";

beforeAll(useReferenceDevice);

const stateDict = (): Record<string, Tensor> => ({
  "fc.weight": tensor([
    [1, 2],
    [3, 4],
  ]),
  "fc.bias": tensor([0.5, -0.5]),
});

async function expectStateDict(loaded: Record<string, Tensor>): Promise<void> {
  expect(Object.keys(loaded)).toEqual(["fc.weight", "fc.bias"]);
  expect(loaded["fc.weight"]!.shape).toEqual([2, 2]);
  expect([...(await loaded["fc.weight"]!.data())]).toEqual([1, 2, 3, 4]);
  expect([...(await loaded["fc.bias"]!.data())]).toEqual([0.5, -0.5]);
}

describe("save and load", () => {
  it("round-trip through a path and a file URL", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "net.safetensors");
    await save(stateDict(), path, { metadata: { epoch: "3" } });
    await expectStateDict(await load(path));
    await expectStateDict(await load(pathToFileURL(path)));
    expect(await readdir(directory)).toEqual(["net.safetensors"]);
    expect(readMetadata(await readFile(path))).toEqual({ epoch: "3" });
  });

  it("load takes a browser's File", async () => {
    await expectStateDict(await load(new File([await serialize(stateDict())], "net.safetensors")));
  });

  it("say where a file cannot be", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "nowhere", "net.safetensors");
    await expect(save(stateDict(), path)).rejects.toThrow(FileError);
    await expect(save(stateDict(), path)).rejects.toThrow(`save: cannot write ${path}: there is no such file or directory (ENOENT)`);
    await expect(load(join(directory, "x"))).rejects.toThrow(FileError);
    await expect(load(join(directory, "x"))).rejects.toThrow(
      `load: cannot read ${join(directory, "x")}: there is no such file or directory (ENOENT)`,
    );
  });

  it("load names a file that is cut short", async () => {
    const path = join(await temporaryDirectory(), "net.safetensors");
    const bytes = await serialize(stateDict());
    await writeFile(path, bytes.subarray(0, -1));
    await expect(load(path)).rejects.toThrow(FormatError);
    await expect(load(path)).rejects.toThrow(`safetensors: ${path} is cut short: expected ${bytes.length} bytes, got ${bytes.length - 1}`);
  });

  it("say what to do where there is no file system", async () => {
    vi.stubGlobal("process", undefined);
    try {
      await expect(save(stateDict(), "net.safetensors")).rejects.toThrow(UnsupportedError);
      await expect(load("net.safetensors")).rejects.toThrow("load: there is no file system here. Give load() a File or Blob");
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
