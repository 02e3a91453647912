import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { localServer } from "../test/local-server.ts";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { cacheDirectory, cached } from "./cache.ts";
import { FileError } from "./errors.ts";

const content = new Uint8Array(1000).map((_, i) => i % 251);
const packed = gzipSync(content);
const file = { name: "digits.gz", sha256: createHash("sha256").update(content).digest("hex") };
const mirror = () => localServer((response) => response.end(packed));

describe("cached", () => {
  it("downloads once, and leaves one file", async () => {
    const directory = join(await temporaryDirectory(), "made", "on", "demand");
    const { address, requests } = await mirror();
    for (let i = 0; i < 2; i++) {
      const bytes = await cached("test", file, directory, { mirrors: [address] });
      expect(Buffer.compare(bytes, content)).toBe(0);
    }
    expect(requests).toHaveLength(1);
    expect(await readdir(directory)).toEqual(["digits.gz"]);
    expect(Buffer.compare(await readFile(join(directory, "digits.gz")), packed)).toBe(0);
  });

  it.each([
    { what: "is cut short", bytes: packed.subarray(0, 50) },
    { what: "is another file", bytes: gzipSync("other digits") },
  ])("downloads again what $what", async ({ bytes: bad }) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "digits.gz"), bad);
    const { address } = await mirror();
    const bytes = await cached("test", file, directory, { mirrors: [address] });
    expect(Buffer.compare(bytes, content)).toBe(0);
    expect(Buffer.compare(await readFile(join(directory, "digits.gz")), packed)).toBe(0);
  });

  it("serves many at once", async () => {
    const directory = await temporaryDirectory();
    const { address } = await mirror();
    const all = await Promise.all(Array.from({ length: 8 }, () => cached("test", file, directory, { mirrors: [address] })));
    expect(all.every((bytes) => Buffer.compare(bytes, content) === 0)).toBe(true);
    expect(await readdir(directory)).toEqual(["digits.gz"]);
  });

  it("is filled by several processes at once", { timeout: 60_000 }, async () => {
    const directory = await temporaryDirectory();
    const waiting: ServerResponse[] = [];
    const { address, requests } = await localServer((response) => {
      waiting.push(response); // all are on their way before the first gets the file
      if (waiting.length === 3) for (const each of waiting) each.end(packed);
    });
    const program = join(import.meta.dirname, "../test/fill-cache.ts");
    const run = () =>
      promisify(execFile)(process.execPath, ["--conditions=@gradkit/source", program, address, directory, file.name, file.sha256]);
    const outputs = await Promise.all([run(), run(), run()]);
    expect(outputs.map(({ stdout }) => stdout.trim())).toEqual([file.sha256, file.sha256, file.sha256]);
    expect(requests).toHaveLength(3);
    expect(await readdir(directory)).toEqual(["digits.gz"]);
    expect(Buffer.compare(await readFile(join(directory, "digits.gz")), packed)).toBe(0);
  });

  it("keeps nothing of a failed download", async () => {
    const directory = await temporaryDirectory();
    const { address } = await localServer((response) => response.end("hello"));
    await expect(cached("test", file, directory, { mirrors: [address] })).rejects.toThrow("no mirror delivered");
    expect(await readdir(directory)).toEqual([]);
  });

  it("says before downloading that the directory cannot be written", async () => {
    const parent = await temporaryDirectory();
    await writeFile(join(parent, "file"), "");
    const { address, requests } = await mirror();
    const attempt = cached("test", file, join(parent, "file", "cache"), { mirrors: [address] });
    await expect(attempt).rejects.toThrow(FileError);
    await expect(attempt).rejects.toThrow(
      `test: cannot write to the cache directory ${join(parent, "file", "cache")}: a part of the path is not a directory (ENOTDIR). Choose another one with { cacheDir }`,
    );
    expect(requests).toEqual([]);
  });

  it("fails clearly when the file itself cannot be replaced", async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, "digits.gz", "in the way"), { recursive: true });
    const { address } = await mirror();
    await expect(cached("test", file, directory, { mirrors: [address] })).rejects.toThrow(FileError);
    expect(await readdir(directory)).toEqual(["digits.gz"]);
  });
});

describe("cacheDirectory", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it.each([
    { platform: "linux", variable: "XDG_CACHE_HOME", value: "", expected: join(homedir(), ".cache", "gradkit", "mnist") },
    { platform: "linux", variable: "XDG_CACHE_HOME", value: "/caches", expected: join("/caches", "gradkit", "mnist") },
    { platform: "darwin", variable: "XDG_CACHE_HOME", value: "", expected: join(homedir(), "Library", "Caches", "gradkit", "mnist") },
    { platform: "win32", variable: "LOCALAPPDATA", value: "/local", expected: join("/local", "gradkit", "mnist") },
  ] as const)("is $expected on $platform with $variable=$value", ({ platform, variable, value, expected }) => {
    vi.stubEnv(variable, value);
    vi.spyOn(process, "platform", "get").mockReturnValue(platform);
    expect(cacheDirectory("mnist")).toBe(expected);
  });
});
