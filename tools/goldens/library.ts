// The library as namespaces to look names up in. Subpaths that hold what few need may be missing: their names are then unsupported.
import type * as autograd from "@gradkit/autograd";
import * as tensor from "@gradkit/tensor";

export type Namespace = Readonly<Record<string, unknown>>;

export interface Library {
  readonly tensor: Namespace;
  readonly linalg: Namespace;
  readonly special: Namespace;
  readonly functional: Namespace;
  readonly nn: Namespace;
  readonly init: Namespace;
  readonly optim: Namespace;
  readonly autograd: typeof autograd;
}

const MISSING = new Set(["ERR_PACKAGE_PATH_NOT_EXPORTED", "ERR_MODULE_NOT_FOUND"]);

/** A subpath, or nothing where the package does not have it. */
async function optional(path: string): Promise<Namespace> {
  try {
    return await import(/* @vite-ignore */ path);
  } catch (error) {
    const { code = "", message } = error as { code?: string; message: string };
    if (MISSING.has(code) || message.includes("is not exported")) return {};
    throw error;
  }
}

export async function loadLibrary(): Promise<Library> {
  const [linalg, special, functional, init, autograd, nn, optim] = await Promise.all(
    [
      "@gradkit/tensor/linalg",
      "@gradkit/tensor/special",
      "@gradkit/nn/functional",
      "@gradkit/nn/init",
      "@gradkit/autograd",
      "@gradkit/nn",
      "@gradkit/optim",
    ].map(optional),
  );
  return { tensor, linalg, special, functional, nn, init, optim, autograd } as unknown as Library;
}
