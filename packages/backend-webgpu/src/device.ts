/// <reference types="@webgpu/types" />
// The device with what may go wrong on it: lost, out of memory, a command that was refused. WebGPU tells later and elsewhere; here the
// first error waits for whoever uses the device next, and is thrown there.
import { DeviceError } from "@gradkit/tensor/backend";

const hint = "Make a new one with await webgpu() and load the saved weights on it";

export class Device {
  readonly gpu: GPUDevice;
  /** Keeps the object that made the adapter reachable: without it Dawn for Node crashes while work is in flight. */
  readonly source: unknown;
  #lost: DeviceError | null = null;
  #failure: DeviceError | null = null;
  /** Scopes report in the order in which they were closed: the last one settles last. */
  #watched: Promise<void> = Promise.resolve();

  constructor(gpu: GPUDevice, source: unknown) {
    this.gpu = gpu;
    this.source = source;
    void gpu.lost.then(({ reason, message }) => {
      this.#lost = new DeviceError("webgpu", `the device was lost (${reason}): ${message || "no reason given"}. ${hint}`);
    });
    gpu.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.fail((event as GPUUncapturedErrorEvent).error, "");
    });
  }

  /** Throws the first error that came in since the last call; a lost device throws always. */
  check(): void {
    if (this.#lost) throw this.#lost;
    const failure = this.#failure;
    if (!failure) return;
    this.#failure = null;
    throw failure;
  }

  /** As `check`, once the errors of everything submitted so far are known. */
  async settle(): Promise<void> {
    await this.#watched;
    this.check();
  }

  /** Remembers an error; of several the first, since the others follow from it. `what` names the work it came from. */
  fail(error: GPUError, what: string): void {
    if (this.#failure) return;
    const kind = "GPUOutOfMemoryError" === error.constructor.name ? "out of memory" : "a command was refused";
    this.#failure = new DeviceError("webgpu", `${kind}${what ? ` in ${what}` : ""}: ${error.message}`);
  }

  /** Runs `work` and remembers its errors under a name of their own. */
  watch<T>(what: () => string, work: () => T): T {
    const filters = ["validation", "out-of-memory", "internal"] as const;
    for (const filter of filters) this.gpu.pushErrorScope(filter);
    try {
      return work();
    } finally {
      for (const _ of filters) {
        this.#watched = this.gpu.popErrorScope().then(
          (error) => {
            if (error) this.fail(error, what());
          },
          () => {}, // the device is lost: `lost` tells
        );
      }
    }
  }
}
