// Writing a file so that nobody ever sees half of it: not another process, not after a crash, not on a full disk.
import { FileError } from "./errors.ts";
import { errorCode, nodeModules } from "./node-modules.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "its directory does not exist",
  ENOTDIR: "a part of the path is not a directory",
  EISDIR: "it is a directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
};

/** "the disk is full (ENOSPC)". */
export const explain = (error: unknown): string => {
  const code = errorCode(error);
  const reason = reasons[code];
  return reason ? `${reason} (${code})` : code;
};

/**
 * Writes bytes to a temporary neighbour, flushes it to the disk and renames it onto `path`; on failure nothing is left behind and an
 * older file at `path` is untouched. Throws a FileError that says why.
 */
export async function atomicWrite(op: string, path: string, bytes: Uint8Array): Promise<void> {
  const { fs } = nodeModules(op, "Write the bytes where your platform keeps files.");
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2, 10)}.tmp`; // two writers never share one
  try {
    const handle = await fs.open(temporary, "wx");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined); // the first error is the one that matters
    throw new FileError(op, path, `cannot write ${path}: ${explain(error)}`, { cause: error });
  }
}
