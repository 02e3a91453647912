// Where a layer's parameters live, and where their first values come from.
import type { Backend, Generator } from "@gradkit/tensor";

export interface InitOptions {
  /** Default: the default device. */
  device?: Backend;
  /** Default: the default generator, seeded by `manualSeed`. */
  generator?: Generator;
}
