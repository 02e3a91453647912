import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileError } from "@gradkit/data";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { openDigits } from "./data.ts";

let printed: string[];
let directory: string;

beforeEach(async () => {
  printed = [];
  directory = await mkdtemp(join(tmpdir(), "gradkit-demo-data-"));
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
  vi.stubEnv("XDG_CACHE_HOME", directory);
  vi.spyOn(process, "platform", "get").mockReturnValue("linux"); // where caches follow XDG_CACHE_HOME
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") });
  });
  onTestFinished(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
    await rm(directory, { recursive: true, force: true });
  });
});

it("draws digits on request, and says nothing but that they are drawn", async () => {
  const { training, test, source, note } = await openDigits("synthetic");
  expect([training.length, test.length]).toEqual([60_000, 10_000]);
  expect(test.get(0)[0].data[0]).toBe(Math.fround(-0.4242129623889923)); // standardised paper
  expect([source, note]).toEqual(["synthetic", " (drawn digits, not MNIST)"]);
  expect(printed).toEqual([]);
});

it("draws digits where MNIST cannot be downloaded, and says why in one line", async () => {
  const { source, note } = await openDigits("mnist");
  expect([source, note]).toEqual(["synthetic", " (drawn digits, not MNIST)"]);
  expect(printed).toHaveLength(1);
  expect(printed[0]).toMatch(/^MNIST cannot be had \(.*ENOTFOUND.*\): going on with drawn digits\n$/);
});

it("draws digits where MNIST cannot be kept", async () => {
  const file = join(directory, "file");
  await writeFile(file, "");
  vi.stubEnv("XDG_CACHE_HOME", file);
  expect((await openDigits("mnist")).source).toBe("synthetic");
  expect(printed[0]).toMatch(/cannot write to the cache directory .*: going on with drawn digits\n$/);
});

it("draws nothing in place of a directory that was asked for", async () => {
  await expect(openDigits(directory)).rejects.toThrow(FileError);
  expect(printed).toEqual([]);
});
