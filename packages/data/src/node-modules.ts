// Node's built-ins, fetched when a path is first touched: nothing here is imported statically, so every module also bundles for browsers.
import { UnsupportedError } from "@gradkit/tensor";

interface NodeModules {
  readonly fs: typeof import("node:fs/promises");
  readonly path: typeof import("node:path");
  readonly os: typeof import("node:os");
  readonly url: typeof import("node:url");
}

/** Whether paths mean anything here: Node, Deno and Bun yes, browsers no. */
export const hasFileSystem = (): boolean => typeof globalThis.process?.getBuiltinModule === "function";

/** The built-ins, or an UnsupportedError with `hint` where there are none. */
export function nodeModules(op: string, hint: string): NodeModules {
  if (!hasFileSystem()) throw new UnsupportedError(op, `there is no file system here. ${hint}`);
  return {
    fs: process.getBuiltinModule("node:fs/promises"),
    path: process.getBuiltinModule("node:path"),
    os: process.getBuiltinModule("node:os"),
    url: process.getBuiltinModule("node:url"),
  };
}
