// Turns for the event loop: timers, signals and finalizers must live in a loop that awaits nothing but reads.
import { loosenRetired } from "./lifetime.ts";

/** How long JavaScript may run before a read lets others have a turn. */
const YIELD_AFTER_MS = 4;
let lastYield = Date.now(); // not performance.now: Node loads a module for it, 1 ms of a cold start

/** Gives the event loop a turn if the last one is more than a few milliseconds ago. Reads and data loaders call it. */
export async function yieldToEventLoop(): Promise<void> {
  const since = Date.now() - lastYield;
  if (since >= 0 && since < YIELD_AFTER_MS) return; // below 0: the clock was set back
  loosenRetired();
  await new Promise<void>((resolve) => {
    const immediate = (globalThis as { setImmediate?: (fn: () => void) => void }).setImmediate;
    if (immediate) immediate(resolve);
    else {
      const { port1, port2 } = new MessageChannel(); // setTimeout is clamped to 4 ms in browsers
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }
  });
  lastYield = Date.now();
}
