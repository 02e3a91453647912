// One file from the first mirror that delivers it whole and unharmed.
import { FormatError } from "@gradkit/tensor";
import { DownloadError, type DownloadFailure } from "./errors.ts";
import { gunzip } from "./formats/gzip.ts";
import { explain as explainSystemError } from "./system-error.ts";

/** A file that several servers offer. */
export interface RemoteFile {
  readonly name: string;
  /** SHA-256 of the bytes, unpacked if they are gzip, in hexadecimal: mirrors may pack the same content differently. */
  readonly sha256: string;
}

export interface DownloadProgress {
  readonly file: string;
  readonly url: string;
  readonly receivedBytes: number;
  /** Unknown when the server does not say. */
  readonly totalBytes: number | undefined;
}

export interface DownloadOptions {
  /** Addresses of directories that hold the file, tried in turn. */
  mirrors: readonly string[];
  /** Called as bytes arrive. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** A mirror that sends no byte for so long, from connecting on, is given up. Default: 5000. */
  timeoutMs?: number | undefined;
}

export interface Downloaded {
  /** As the server sent them. */
  readonly bytes: Uint8Array;
  /** Unpacked and verified. */
  readonly content: Uint8Array;
}

/** Downloads a file and verifies its content. Throws a DownloadError that says for each mirror what went wrong. */
export async function download(
  op: string,
  file: RemoteFile,
  { mirrors, onProgress, timeoutMs = 5000 }: DownloadOptions,
): Promise<Downloaded> {
  const failures: DownloadFailure[] = [];
  for (const mirror of mirrors) {
    const url = `${mirror.replace(/\/?$/, "/")}${file.name}`;
    try {
      const bytes = await fetchBytes(url, timeoutMs, (receivedBytes, totalBytes) =>
        onProgress?.({ file: file.name, url, receivedBytes, totalBytes }),
      );
      const content = await gunzip(bytes, url);
      await verify(content, file, url);
      return { bytes, content };
    } catch (cause) {
      failures.push({ url, reason: explain(cause), cause });
    }
  }
  throw new DownloadError(
    op,
    `no mirror delivered ${file.name}:\n${failures.map(({ url, reason }) => `  ${url}: ${reason}`).join("\n")}`,
    failures,
  );
}

async function fetchBytes(
  url: string,
  timeoutMs: number,
  report: (received: number, total: number | undefined) => void,
): Promise<Uint8Array> {
  const silence = new AbortController();
  let received = 0;
  let total: number | undefined;
  const soFar = (): string => `${received} ${total === undefined ? "" : `of ${total} `}bytes`;
  const giveUp = (): void =>
    silence.abort(new Error(received === 0 ? `no answer for ${timeoutMs / 1000} s` : `nothing for ${timeoutMs / 1000} s after ${soFar()}`));
  let timer = setTimeout(giveUp, timeoutMs);
  try {
    const response = await fetch(url, { signal: silence.signal });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status} ${response.statusText}`.trimEnd());
    const length = response.headers.has("content-encoding") ? null : response.headers.get("content-length"); // of the packed bytes otherwise
    total = length === null ? undefined : Number(length);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const reader = response.body.getReader(); // not every browser iterates streams
    const read = () =>
      reader.read().catch((error: Error) => {
        if (silence.signal.aborted) throw error;
        throw new Error(`the connection broke off after ${soFar()}`, { cause: error.cause });
      });
    for (let part = await read(); !part.done; part = await read()) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeoutMs);
      chunks.push(part.value);
      received += part.value.length;
      report(received, total);
    }
    if (total !== undefined && received !== total) throw new Error(`the connection ended after ${soFar()}`);
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  } finally {
    clearTimeout(timer);
  }
}

/** Throws a FormatError when the content is not the one that is expected. */
export async function verify(content: Uint8Array<ArrayBuffer>, { name, sha256 }: RemoteFile, where: string): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  const got = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (got !== sha256)
    throw new FormatError(
      "verify",
      `${where} is not the known ${name}: its ${content.length} bytes have SHA-256 ${got}, expected ${sha256}`,
    );
}

/** fetch says "fetch failed" and hides why in `cause`. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${explainSystemError(error.cause)}` : error.message;
}
