import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { FormatError, IndexError } from "@gradkit/tensor";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { localServer } from "../test/local-server.ts";
import { useReferenceDevice } from "../test/reference-device.ts";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { DataLoader } from "./data-loader.ts";
import { DownloadError, FileError } from "./errors.ts";
import { MNIST } from "./mnist.ts";

beforeAll(useReferenceDevice);

const idx = (shape: readonly number[], body: Uint8Array): Uint8Array => {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, 0x0800 + shape.length);
  for (const [d, size] of shape.entries()) header.setUint32(4 + 4 * d, size);
  return Buffer.concat([Buffer.from(header.buffer), body]);
};

const pixels = new Uint8Array(5 * 784).map((_, i) => (i * 31) % 256);
const labels = Uint8Array.of(7, 0, 9, 1, 3);
const images = idx([5, 28, 28], pixels);
const digits = idx([5], labels);

/** A directory with the two test files. */
async function directory(files: Record<string, Uint8Array>, ...below: string[]): Promise<string> {
  const root = await temporaryDirectory();
  await mkdir(join(root, ...below), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(root, ...below, name), bytes);
  return root;
}
const plain = { "t10k-images-idx3-ubyte": images, "t10k-labels-idx1-ubyte": digits };
const gzipped = { "t10k-images-idx3-ubyte.gz": gzipSync(images), "t10k-labels-idx1-ubyte.gz": gzipSync(digits) };

describe("MNIST from a directory", () => {
  it.each([
    { what: "unpacked files", files: plain, below: [] },
    { what: "packed files", files: gzipped, below: [] },
    { what: "torchvision's layout", files: plain, below: ["MNIST", "raw"] },
    { what: "packed files in torchvision's layout", files: gzipped, below: ["MNIST", "raw"] },
  ])("reads $what", async ({ files, below }) => {
    const test = await MNIST.test({ dir: await directory(files, ...below) });
    expect(test.length).toBe(5);
    expect(test.pixels).toEqual(pixels);
    expect(test.labels).toEqual(labels);
    expect(test.classes).toHaveLength(10);
  });

  it("gives samples in 0..1, as ToTensor", async () => {
    const test = await MNIST.test({ dir: await directory(plain) });
    const [image, label] = test.get(2);
    expect(image.shape).toEqual([1, 28, 28]);
    expect(image.data).toEqual(Float32Array.from(pixels.subarray(2 * 784, 3 * 784), (byte) => byte / 255));
    expect(label).toBe(9);
    expect(() => test.get(5)).toThrow(IndexError);
  });

  it("normalizes on request, as PyTorch's tutorials", async () => {
    const test = await MNIST.test({ dir: await directory(plain), normalize: true });
    const { data } = test.get(0)[0];
    expect(data[0]).toBe(Math.fround(-0.4242129623889923)); // torchvision's value for paper
    expect(Math.max(...data)).toBeCloseTo((255 / 255 - 0.1307) / 0.3081, 6);
  });

  it("gives batches, in the fast way as in the general one", async () => {
    const test = await MNIST.test({ dir: await directory(plain) });
    const shapes: unknown[] = [];
    for await (const [x, y] of new DataLoader(test, { batchSize: 3 })) {
      shapes.push([x.shape, x.dtype, y.shape, y.dtype, [...(await y.data())]]);
    }
    expect(shapes).toEqual([
      [[3, 1, 28, 28], "float32", [3], "int32", [7, 0, 9]],
      [[2, 1, 28, 28], "float32", [2], "int32", [1, 3]],
    ]);
    const order = [4, 0];
    const [fast] = await batches(new DataLoader(test, { batchSampler: [order] }));
    const [general] = await batches(
      new DataLoader({ ...sized(test), get: (i: number) => test.get(i) } as MNIST, { batchSampler: [order] }),
    );
    expect(await fast![0].data()).toEqual(await general![0].data());
    expect(await fast![1].data()).toEqual(await general![1].data());
  });

  it.each([
    { what: "no files", files: {}, message: /^MNIST: there is no t10k-images-idx3-ubyte and no t10k-images-idx3-ubyte.gz in .* or .*raw$/ },
    {
      what: "other counts",
      files: { ...plain, "t10k-labels-idx1-ubyte": idx([4], labels.subarray(1)) },
      message: /^MNIST: .*images-idx3-ubyte has 5 images, but .*labels-idx1-ubyte has 4 labels$/,
    },
    {
      what: "other sizes",
      files: { ...plain, "t10k-images-idx3-ubyte": idx([5, 2, 2], new Uint8Array(20)) },
      message: /holds Uint8Array \[5, 2, 2\], expected bytes \[N, 28, 28\]$/,
    },
    {
      what: "the two files swapped",
      files: { "t10k-images-idx3-ubyte": digits, "t10k-labels-idx1-ubyte": images },
      message: /holds Uint8Array \[5\], expected bytes \[N, 28, 28\]$/,
    },
    {
      what: "labels beyond 9",
      files: { ...plain, "t10k-labels-idx1-ubyte": idx([5], Uint8Array.of(0, 1, 2, 10, 4)) },
      message: /^MNIST: label 3 in .* is 10, expected 0\.\.9$/,
    },
    {
      what: "a file cut short",
      files: { ...plain, "t10k-images-idx3-ubyte": images.subarray(0, 1000) },
      message: /images-idx3-ubyte is cut short: expected 3936 bytes for shape \[5, 28, 28\], got 1000$/,
    },
    {
      what: "another format",
      files: { ...plain, "t10k-labels-idx1-ubyte": Buffer.from("<!DOCTYPE html>") },
      message: /labels-idx1-ubyte is not an IDX file: it starts with 3c 21 44 4f/,
    },
  ])("refuses $what", async ({ files, message }) => {
    const attempt = MNIST.test({ dir: await directory(files) });
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toThrow(Object.keys(files).length === 0 ? FileError : FormatError);
  });
});

describe("MNIST from the network", () => {
  it("says what failed and how to do without", async () => {
    const server = await localServer((response) => response.writeHead(503).end());
    const cacheDir = await temporaryDirectory();
    const attempt = MNIST.train({ mirrors: [server.address, "http://127.0.0.1:1"], cacheDir, timeoutMs: 500 });
    await expect(attempt).rejects.toThrow(DownloadError);
    await expect(attempt).rejects.toThrow(
      /^MNIST: no mirror delivered train-images-idx3-ubyte.gz:\n {2}.*503.*\n {2}.*fetch failed.*\nWithout a network, put the four files into a directory and name it: MNIST.train\({ dir }\)$/,
    );
    expect(server.requests).toEqual(["/train-images-idx3-ubyte.gz"]);
  });

  it("accepts nothing but the real files", async () => {
    const server = await localServer((response) => response.end(gzipSync(images)));
    const attempt = MNIST.test({ mirrors: [server.address], cacheDir: await temporaryDirectory() });
    await expect(attempt).rejects.toThrow(
      /is not the known t10k-images-idx3-ubyte.gz: its 3936 bytes have SHA-256 [0-9a-f]{64}, expected 0fa7898d/,
    );
  });

  it("needs no file system: a browser downloads and keeps nothing", async () => {
    const server = await localServer((response) => response.end(gzipSync(images)));
    vi.stubGlobal("process", undefined);
    try {
      await expect(MNIST.test({ mirrors: [server.address] })).rejects.toThrow("is not the known");
      await expect(MNIST.test({ dir: "somewhere" })).rejects.toThrow(
        "MNIST: there is no file system here. Serve the files and give { mirrors: [address] }",
      );
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

const sized = ({ length }: MNIST): { length: number } => ({ length });

async function batches<Batch>(loader: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of loader) all.push(batch);
  return all;
}
