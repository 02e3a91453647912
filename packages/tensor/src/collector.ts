// Telling the garbage collector about device memory. A handle is 200 bytes to it, whatever it holds on the device, so without a hint it comes
// too late. Under Node the host's own hook is called when the live bytes of registered storages have grown by a step.

/** Growth in live bytes that is worth one collection (5–20 ms). */
const STEP_BYTES = 128 * 2 ** 20;

let liveBytes = 0;
let threshold = STEP_BYTES;
let collect: (() => void) | null | undefined;

interface NodeProcess {
  getBuiltinModule?(id: string): unknown;
}

/** `gc` without a command-line flag: V8 hands it to contexts made after the flag was set. */
function hostCollector(): (() => void) | null {
  const exposed = (globalThis as { gc?: () => void }).gc;
  if (exposed) return exposed;
  const process = (globalThis as { process?: NodeProcess }).process;
  const v8 = process?.getBuiltinModule?.("node:v8") as { setFlagsFromString(flag: string): void } | undefined;
  const vm = process?.getBuiltinModule?.("node:vm") as { runInNewContext(code: string): unknown } | undefined;
  if (!v8 || !vm) return null;
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc") as () => void;
}

export function noteAllocated(bytes: number): void {
  liveBytes += bytes;
  if (liveBytes <= threshold) return;
  if (collect === undefined) collect = hostCollector();
  collect?.();
  threshold = liveBytes + STEP_BYTES;
}

export function noteReleased(bytes: number): void {
  liveBytes -= bytes;
  threshold = Math.max(STEP_BYTES, Math.min(threshold, liveBytes + STEP_BYTES));
}

/** How long JavaScript may run before a read lets timers, signals and finalizers have a turn. */
const YIELD_AFTER_MS = 4;
let lastYield = performance.now();

/** Gives the event loop a turn if the last one is more than a few milliseconds ago. Reads and data loaders call it. */
export async function yieldToEventLoop(): Promise<void> {
  if (performance.now() - lastYield < YIELD_AFTER_MS) return;
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
