// Whole files, from wherever they are: a path, a URL, a browser's File or Blob.
import { FileError } from "./errors.ts";
import { nodeModules } from "./node-modules.ts";
import { explain } from "./system-error.ts";

export interface Source {
  readonly bytes: Uint8Array;
  /** What messages call it. */
  readonly name: string;
}

export function toPath(op: string, path: string | URL, hint: string): string {
  const { url } = nodeModules(op, hint);
  return typeof path === "string" ? path : url.fileURLToPath(path);
}

/** Throws a FileError that says why a path cannot be read. */
export async function readSource(op: string, source: string | URL | Blob): Promise<Source> {
  if (source instanceof Blob) return { bytes: new Uint8Array(await source.arrayBuffer()), name: "the file" };
  const path = toPath(op, source, `Give ${op}() a File or Blob`);
  try {
    return { bytes: await nodeModules(op, "").fs.readFile(path), name: path };
  } catch (cause) {
    throw new FileError(op, path, `cannot read ${path}: ${explain(cause)}`, { cause });
  }
}
