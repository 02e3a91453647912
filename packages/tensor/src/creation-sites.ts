// Debug mode: where tensors were made and released, for the LifetimeError that follows.
import { observeLifetimes } from "./lifetime-observer.ts";

interface Sites {
  readonly made: string;
  released: string;
}

/**
 * Notes, from now on, where each tensor is made and released: a LifetimeError then shows both. Off by default, since every tensor costs a stack
 * capture (20 µs).
 *
 * @example
 * debugLifetimes(true);
 */
export function debugLifetimes(on: boolean): void {
  observeLifetimes(on ? siteObserver() : null);
}

function siteObserver(): Parameters<typeof observeLifetimes>[0] {
  const sites = new WeakMap<object, Sites>();
  return {
    made: (tensor) => sites.set(tensor, { made: callSite(), released: "" }),
    released(tensor) {
      const known = sites.get(tensor);
      if (known) known.released = callSite();
    },
    describe(tensor) {
      const known = sites.get(tensor);
      return known ? `\n  made\n${known.made}\n  released\n${known.released}` : ", and made before debugLifetimes(true)";
    },
  };
}

const FRAMES_SHOWN = 8;
const FRAMES_CAPTURED = 40;
const library = (): string => new URL(".", import.meta.url).pathname;

/** The stack outside this package, and outside another directory too; all of it where a bundler has put everything into one file. */
export function callSite(besides = library()): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES_CAPTURED;
  const frames = new Error().stack?.split("\n").filter((line) => !line.startsWith("Error")) ?? [];
  Error.stackTraceLimit = limit;
  const outside = frames.filter((line) => !line.includes(library()) && !line.includes(besides));
  return (outside.length > 0 ? outside : frames).slice(0, FRAMES_SHOWN).join("\n");
}
