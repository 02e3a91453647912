// Writing a file so that nobody ever sees half of it: not another process, not after a crash, not on a full disk.
import { FileError } from "./errors.ts";
import { nodeModules } from "./node-modules.ts";
import { explain } from "./system-error.ts";

/** No write takes so long without touching its file: what is older was left by a process that was killed. */
const ORPHAN_MS = 60 * 60 * 1000;

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
  await removeOrphans(op, path).catch(() => undefined); // the file is written; tidying up may fail
}

async function removeOrphans(op: string, path: string): Promise<void> {
  const { fs, path: paths } = nodeModules(op, "");
  const directory = paths.dirname(path);
  const prefix = `${paths.basename(path)}.`;
  for (const name of await fs.readdir(directory)) {
    if (!name.startsWith(prefix) || !/^\d+\.\w+\.tmp$/.test(name.slice(prefix.length))) continue;
    const place = paths.join(directory, name);
    const { mtimeMs } = await fs.stat(place);
    if (Date.now() - mtimeMs > ORPHAN_MS) await fs.rm(place, { force: true });
  }
}
