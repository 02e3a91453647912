// Workers on each platform: Node's threads, the web's workers (in Deno and Bun too). They start in the background; work goes on without them until then.
import { laneTaker, type WorkerStart, workerLoop } from "./worker-loop.ts";

interface NodeWorker {
  on(event: "error", listener: () => void): void;
  unref(): void;
}

interface NodeThreads {
  Worker: new (source: string, options: { eval: true; workerData: unknown }) => NodeWorker;
}

interface Host {
  readonly process?: { getBuiltinModule?(id: string): unknown };
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

const host = globalThis as Host;

/** Cores that this process may use. */
export function hardwareThreads(): number {
  const os = host.process?.getBuiltinModule?.("node:os") as { availableParallelism?(): number } | undefined;
  return os?.availableParallelism?.() ?? host.navigator?.hardwareConcurrency ?? 1;
}

/** Starts one worker. It ends by `stop` in its control block, or with the process, which it does not keep alive. Throws where there are no workers. */
export function spawnWorker(start: WorkerStart): void {
  const life = `(${workerLoop})(${laneTaker}, `;
  const node = host.process?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;
  if (node) {
    const source = `${life}process.getBuiltinModule("node:worker_threads").workerData)`;
    const worker = new node.Worker(source, { eval: true, workerData: start });
    worker.on("error", () => {}); // a thread that could not start is one thread fewer
    worker.unref();
    return;
  }
  const url = URL.createObjectURL(new Blob([`onmessage = ({ data }) => ${life}data)`], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onerror = (event) => event.preventDefault();
  worker.postMessage(start);
  URL.revokeObjectURL(url);
}
