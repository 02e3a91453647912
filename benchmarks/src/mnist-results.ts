// What `mnist-epoch.ts` leaves.
import type { Machine } from "./results.ts";

export interface Epoch {
  readonly model: string;
  readonly title: string;
  /** Of training, with loading and reading the loss; without start and test. */
  readonly seconds: number;
  /** On the test images. */
  readonly accuracy: number;
}

export interface EpochRun {
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly epochs: readonly Epoch[];
}
