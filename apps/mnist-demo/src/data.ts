// Opening MNIST: a directory that the user gave, or one download that is kept.
import { MNIST, type MNISTOptions } from "@gradkit/data/mnist";
import { Progress } from "./progress.ts";

export interface Mnist {
  readonly training: MNIST;
  readonly test: MNIST;
}

/** `source` is a directory, or "mnist" for the public files. Pixels are standardised. */
export async function openMnist(source: string): Promise<Mnist> {
  const options: MNISTOptions = { normalize: true, ...(source === "mnist" ? { onProgress: showDownload() } : { dir: source }) };
  return { training: await MNIST.train(options), test: await MNIST.test(options) };
}

/** One progress line a file. */
function showDownload(): NonNullable<MNISTOptions["onProgress"]> {
  const lines = new Map<string, Progress>();
  return ({ file, receivedBytes, totalBytes }) => {
    if (!totalBytes) return;
    const line = lines.get(file) ?? new Progress(`download ${file}`, totalBytes, "bytes");
    lines.set(file, line);
    line.update(receivedBytes);
    if (receivedBytes >= totalBytes) line.finish();
  };
}
