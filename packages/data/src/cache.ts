// Where downloads stay between runs, and how they get there.
import { atomicWrite } from "./atomic-write.ts";
import { type DownloadOptions, download, type RemoteFile, verify } from "./download.ts";
import { FileError } from "./errors.ts";
import { gunzip } from "./formats/gzip.ts";
import { nodeModules } from "./node-modules.ts";
import { explain } from "./system-error.ts";

const NO_FILES = "A browser caches downloads by itself.";

/** The operating system's place for caches: $XDG_CACHE_HOME or ~/.cache, ~/Library/Caches, %LOCALAPPDATA%; with `gradkit` and `name` below it. */
export function cacheDirectory(name: string): string {
  const { os, path } = nodeModules("cacheDirectory", NO_FILES);
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const home = os.homedir();
  const places: Partial<Record<NodeJS.Platform, string>> = {
    darwin: path.join(home, "Library", "Caches"),
    win32: LOCALAPPDATA || path.join(home, "AppData", "Local"),
  };
  return path.join(places[process.platform] ?? (XDG_CACHE_HOME || path.join(home, ".cache")), "gradkit", name);
}

/**
 * The unpacked, verified content of a file: from `directory`, or else downloaded and kept there. A cached file that has gone bad is
 * downloaded again. Any number of processes may do this at once. Throws a FileError when the directory cannot be written, before downloading.
 */
export async function cached(op: string, file: RemoteFile, directory: string, options: DownloadOptions): Promise<Uint8Array> {
  const { fs, path } = nodeModules(op, NO_FILES);
  const place = path.join(directory, file.name);
  const kept = await fs.readFile(place).catch(() => null);
  const intact = kept && (await unpackIntact(kept, file, place));
  if (intact) return intact;
  await makeWritable(op, directory);
  const { bytes, content } = await download(op, file, options);
  await atomicWrite(op, place, bytes);
  return content;
}

async function unpackIntact(bytes: Uint8Array, file: RemoteFile, place: string): Promise<Uint8Array | null> {
  try {
    const content = await gunzip(bytes, place);
    await verify(content, file, place);
    return content;
  } catch {
    return null;
  }
}

async function makeWritable(op: string, directory: string): Promise<void> {
  const { fs } = nodeModules(op, NO_FILES);
  try {
    await fs.mkdir(directory, { recursive: true });
    await fs.access(directory, fs.constants.W_OK);
  } catch (cause) {
    throw new FileError(
      op,
      directory,
      `cannot write to the cache directory ${directory}: ${explain(cause)}. Choose another one with { cacheDir }`,
      { cause },
    );
  }
}
