// Two copies of this package in one program have two default devices, two grad modes and two classes of tensor: whoever loads the second is told.

const registry = Symbol.for("@gradkit/tensor: copies");
const shared = globalThis as unknown as Record<symbol, Set<string> | undefined>;

/** Where the loaded copies are; one that was loaded again from the same place, as test runners do, counts once. */
const copies: Set<string> = (shared[registry] ??= new Set());
copies.add(import.meta.url);

if (copies.size > 1) console.warn(`gradkit: ${copiesLoaded()}`);

export const severalCopies = (): boolean => copies.size > 1;

/** For messages: what is loaded, and what to do. */
export function copiesLoaded(): string {
  return `${copies.size} copies of @gradkit/tensor are loaded: ${[...copies].join(" and ")}. Install one version of it; npm ls @gradkit/tensor shows who brings which`;
}
