// What kernels are written against: where they get memory and pipelines, and where their work goes.
import type { BufferPool } from "../buffers.ts";
import type { IndexReport } from "../index-report.ts";
import type { Pipelines } from "../pipelines.ts";
import type { Recorder } from "../recorder.ts";

export interface Target {
  readonly recorder: Recorder;
  readonly pipelines: Pipelines;
  readonly pool: BufferPool;
  readonly report: IndexReport;
  /** Storage buffers that one kernel may name. */
  readonly mostBuffers: number;
}
