// Debug mode: where tensors were made and released, for the LifetimeError that follows.

interface Sites {
  readonly made: string;
  released: string;
}

let sites: WeakMap<object, Sites> | null = null;

/**
 * Notes, from now on, where each tensor is made and released: a LifetimeError then shows both. Off by default, since every tensor costs a stack
 * capture (20 µs).
 *
 * @example
 * debugLifetimes(true);
 */
export function debugLifetimes(on: boolean): void {
  sites = on ? new WeakMap() : null;
}

const FRAMES_SHOWN = 8;
const FRAMES_CAPTURED = 40;
const library = new URL(".", import.meta.url).pathname;

/** The stack outside this package, and outside another directory too; all of it where a bundler has put everything into one file. */
export function callSite(besides = library): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES_CAPTURED;
  const frames = new Error().stack?.split("\n").filter((line) => !line.startsWith("Error")) ?? [];
  Error.stackTraceLimit = limit;
  const outside = frames.filter((line) => !line.includes(library) && !line.includes(besides));
  return (outside.length > 0 ? outside : frames).slice(0, FRAMES_SHOWN).join("\n");
}

export function noteMade(tensor: object): void {
  if (sites) sites.set(tensor, { made: callSite(), released: "" });
}

export function noteReleased(tensor: object): void {
  const known = sites?.get(tensor);
  if (known) known.released = callSite();
}

/** What to add to the message about a released tensor. */
export function describeSites(tensor: object): string {
  if (!sites) return ". debugLifetimes(true) shows where it was made and released";
  const known = sites.get(tensor);
  return known ? `\n  made\n${known.made}\n  released\n${known.released}` : ", and made before debugLifetimes(true)";
}
