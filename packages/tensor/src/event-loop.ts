// Turns for the event loop: timers, signals and finalizers must live in a loop that awaits nothing but reads.
import { loosenRetired } from "./lifetime.ts";

/** How long JavaScript may run before a read lets others have a turn. */
const YIELD_AFTER_MS = 4;
let lastYield = performance.now();

/** Gives the event loop a turn if the last one is more than a few milliseconds ago. Reads and data loaders call it. */
export async function yieldToEventLoop(): Promise<void> {
  if (performance.now() - lastYield < YIELD_AFTER_MS) return;
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
  lastYield = performance.now();
}
