// Workers on each platform: Node's threads, the web's workers (in Deno and Bun too). They start in the background; work goes on without them until then.
import { laneTaker, type WorkerStart, workerLoop } from "./worker-loop.ts";

type NodeWorkers = typeof import("node:worker_threads");
type Os = typeof import("node:os");

interface Host {
  readonly process?: { getBuiltinModule?(id: string): unknown };
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

const builtin = (id: string): unknown => (globalThis as Host).process?.getBuiltinModule?.(id);

/** Cores that this process may use. */
export function hardwareThreads(): number {
  const os = builtin("node:os") as Os | undefined;
  return os?.availableParallelism?.() ?? (globalThis as Host).navigator?.hardwareConcurrency ?? 1;
}

/** Starts one worker. It ends by `stop` in its control block, or with the process, which it does not keep alive. Throws where the platform has none. */
export function spawnWorker(start: WorkerStart): void {
  const life = `(${workerLoop})(${laneTaker}, `;
  const node = builtin("node:worker_threads") as NodeWorkers | undefined;
  if (node?.Worker) {
    const worker = new node.Worker(`${life}require("node:worker_threads").workerData)`, { eval: true, workerData: start });
    worker.on("error", () => {}); // a thread that could not start is one thread fewer
    worker.unref();
    return;
  }
  const url = URL.createObjectURL(new Blob([`onmessage = ({ data }) => ${life}data)`], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onerror = () => {};
  worker.onmessageerror = () => {};
  worker.postMessage(start);
  URL.revokeObjectURL(url);
}
