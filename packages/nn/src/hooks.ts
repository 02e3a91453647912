// Functions that run around a module's forward.
import type { Module } from "./module.ts";

/** Sees the arguments before forward; a list that it returns replaces them. */
export type ForwardPreHook<M extends Module = Module> = (module: M, args: unknown[]) => unknown[] | undefined;
/** Sees the output of forward; what it returns, unless undefined, replaces it. */
export type ForwardHook<M extends Module = Module> = (module: M, args: readonly unknown[], output: unknown) => unknown;

/** Adds a function to a list; returns a function that removes it again. */
export function addHook<Hook>(list: Hook[], hook: Hook): () => void {
  list.push(hook);
  return () => {
    const at = list.indexOf(hook);
    if (at >= 0) list.splice(at, 1);
  };
}
