// Opening the digits: a directory that the user gave, one download that is kept, or digits drawn by code.
import { DownloadError, FileError } from "@gradkit/data";
import { type DigitImages, DrawnDigits } from "@gradkit/data/drawn-digits";
import { MNIST, type MNISTOptions } from "@gradkit/data/mnist";
import { Progress } from "./progress.ts";

export interface Digits {
  readonly training: DigitImages;
  readonly test: DigitImages;
  /** What was opened, as --data names it. */
  readonly source: string;
  /** To be printed behind every score. */
  readonly note: string;
}

/**
 * `source` is a directory, "mnist" for the public files or "synthetic" for drawn digits. Where the public files cannot be had, says why and goes
 * on with drawn digits. Pixels are standardised.
 */
export async function openDigits(source: string): Promise<Digits> {
  if (source === "synthetic") return drawDigits();
  if (source !== "mnist") return openMnist(source, { dir: source });
  try {
    return await openMnist(source, { onProgress: showDownload() });
  } catch (error) {
    console.log(`MNIST cannot be had (${reason(error)}): going on with drawn digits\n`);
    return drawDigits();
  }
}

async function openMnist(source: string, options: MNISTOptions): Promise<Digits> {
  const all = { ...options, normalize: true };
  return { training: await MNIST.train(all), test: await MNIST.test(all), source, note: "" };
}

function drawDigits(): Digits {
  const [training, test] = [DrawnDigits.train({ normalize: true }), DrawnDigits.test({ normalize: true })];
  return { training, test, source: "synthetic", note: ` (${test.description})` };
}

/** Why nothing was downloaded, in one line; other errors are thrown again. */
function reason(error: unknown): string {
  if (error instanceof DownloadError) return [...new Set(error.failures.map((failure) => failure.reason))].join("; ");
  if (error instanceof FileError) return error.message;
  throw error;
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
