import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { atomicWrite } from "./atomic-write.ts";
import { FileError } from "./errors.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("atomicWrite", () => {
  it("writes and overwrites", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "x.bin");
    await atomicWrite("test", path, Uint8Array.of(1, 2, 3));
    await atomicWrite("test", path, Uint8Array.of(4));
    expect([...(await readFile(path))]).toEqual([4]);
    expect(await readdir(directory)).toEqual(["x.bin"]);
  });

  it("lets one of many writers win whole", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "x.bin");
    await Promise.all(Array.from({ length: 8 }, (_, i) => atomicWrite("test", path, new Uint8Array(100_000).fill(i))));
    const bytes = await readFile(path);
    expect(bytes).toHaveLength(100_000);
    expect(new Set(bytes).size).toBe(1);
    expect(await readdir(directory)).toEqual(["x.bin"]);
  });

  it("leaves the old file and nothing else when the disk is full", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "x.bin");
    await writeFile(path, "old");
    const fs = process.getBuiltinModule("node:fs/promises");
    const open = fs.open;
    vi.spyOn(fs, "open").mockImplementation(async (...args) => {
      const handle = await open(...args);
      vi.spyOn(handle, "writeFile").mockImplementation(async () => {
        await handle.write(Uint8Array.of(1)); // half a file, then
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      });
      return handle;
    });
    const attempt = atomicWrite("save", path, Uint8Array.of(1, 2, 3));
    await expect(attempt).rejects.toThrow(new FileError("save", path, `cannot write ${path}: the disk is full (ENOSPC)`));
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(directory)).toEqual(["x.bin"]);
  });

  it("clears away what killed writers left, and nothing else", async () => {
    const directory = await temporaryDirectory();
    const hourAgo = Date.now() / 1000 - 3601;
    const names = ["x.bin.12.a1b2c3.tmp", "x.bin.13.d4e5f6.tmp", "xxbin.12.a1b2c3.tmp", "x.bin.mine.tmp"];
    for (const name of names) await writeFile(join(directory, name), "half");
    for (const name of names.filter((_, i) => i !== 1)) await utimes(join(directory, name), hourAgo, hourAgo);
    await atomicWrite("test", join(directory, "x.bin"), Uint8Array.of(1));
    expect((await readdir(directory)).sort()).toEqual(["x.bin", "x.bin.13.d4e5f6.tmp", "x.bin.mine.tmp", "xxbin.12.a1b2c3.tmp"]);
  });

  it.each([
    { what: "a missing directory", place: ["nowhere", "x.bin"], reason: "there is no such file or directory (ENOENT)" },
    { what: "a file as directory", place: ["file", "x.bin"], reason: "a part of the path is not a directory (ENOTDIR)" },
    { what: "a directory as file", place: ["directory"], reason: "it is a directory (EISDIR)" },
  ])("refuses $what", async ({ place, reason }) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "file"), "");
    await mkdir(join(directory, "directory"));
    const path = join(directory, ...place);
    await expect(atomicWrite("save", path, Uint8Array.of(1))).rejects.toThrow(`save: cannot write ${path}: ${reason}`);
    expect((await readdir(directory)).sort()).toEqual(["directory", "file"]);
  });
});
