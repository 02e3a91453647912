// Backend.reduce, without barriers: an invocation reduces all elements of one output, or, where outputs are few and elements many, every
// n-th of them; those partial results are reduced again.
import { type Backend, contiguousStrides, formula, input, type Node, numel, type View } from "@gradkit/tensor/backend";
import type { WebGpuBuffer } from "../buffers.ts";
import type { Kernel } from "../pipelines.ts";
import { accumulatorOf } from "./accumulate.ts";
import { passWalk, walkKey } from "./addresses.ts";
import { passScalars } from "./pass-scalars.ts";
import { compileReduction, isArg, planReduction, type Reduction } from "./reduce-kernel.ts";
import { withinBindingLimit } from "./scratch-views.ts";
import type { Target } from "./target.ts";

/** What an invocation reduces alone at most, where there are too few outputs to keep a device busy. */
const longestChunk = 512;
const busyInvocations = 8192;
const mostChunks = 1024;

export function createReduce(target: Target): Backend["reduce"] {
  const { recorder, pool } = target;
  const kernels = new Map<string, Kernel>();

  const run = (job: Reduction): void => {
    const planned = planReduction(job);
    const { bound, kept, reduced, keptAccess, reducedAccess } = planned;
    const { reducer, formula: f, finish } = job;
    const key = `${reducer},${f.id},${finish ? finish.formula.id : ""},${job.positions ? 1 : 0},${job.outputs.length}|${bound.key}${walkKey(kept, keptAccess)}|${walkKey(reduced, reducedAccess)}`;
    let kernel = kernels.get(key);
    if (!kernel) {
      kernel = compileReduction(target, job, planned);
      kernels.set(key, kernel);
    }
    const count = numel(kept.shape) * job.chunks;
    recorder.begin(kernel);
    recorder.int(count);
    recorder.int(numel(reduced.shape));
    recorder.int(job.chunks);
    for (const { offset } of [...job.inputs, ...(job.positions ? [job.positions] : []), ...job.outputs]) recorder.int(offset);
    passWalk(recorder, kept, keptAccess);
    passWalk(recorder, reduced, reducedAccess);
    passScalars(recorder, f.scalars, job.scalars);
    if (finish) passScalars(recorder, finish.formula.scalars, finish.scalars);
    recorder.dispatchLinear(kernel, bound.memories, count);
  };

  /** Few outputs of many elements: partial results first. */
  const runInChunks = (job: Reduction, chunks: number): void => {
    const shape = (job.outputs[0] as View).shape;
    const type = accumulatorOf((job.formula.outputs[0] as Node).type);
    const buffers: WebGpuBuffer[] = [];
    const partial = (dtype: "float32" | "int32"): { row: View; column: View } => {
      const buffer = pool.allocate(4 * numel(shape) * chunks);
      buffers.push(buffer);
      const row: View = { buffer, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
      const column: View = { ...row, shape: [...shape, chunks], strides: contiguousStrides([...shape, chunks]) };
      return { row, column };
    };
    const values = partial(type === "float" ? "float32" : "int32");
    const winners = isArg(job.reducer) ? partial("int32") : null;
    run({ ...job, outputs: winners ? [winners.row, values.row] : [values.row], finish: undefined, chunks });
    const outputs = job.outputs.map(
      (view): View => ({
        buffer: view.buffer,
        dtype: view.dtype,
        shape: [...view.shape, 1],
        strides: [...view.strides, 1],
        offset: view.offset,
      }),
    );
    const { reducer, finish } = job;
    const again = formula([type], [], [input(0, type)]);
    run({
      reducer,
      formula: again,
      inputs: [values.column],
      scalars: [],
      positions: winners?.column ?? null,
      outputs,
      dims: [shape.length],
      finish,
      chunks: 1,
    });
    for (const buffer of buffers) pool.release(buffer);
  };

  return (reducer, f, inputs, scalars, outputs, dims, finish) => {
    const outputCount = numel((outputs[0] as View).shape);
    if (outputCount === 0) return;
    withinBindingLimit(target, inputs, outputs, (sources, targets) => {
      const job: Reduction = { reducer, formula: f, inputs: sources, scalars, positions: null, outputs: targets, dims, finish, chunks: 1 };
      const length = numel((inputs[0] as View).shape) / outputCount;
      if (length <= longestChunk || outputCount >= busyInvocations) run(job);
      else runInChunks(job, Math.min(mostChunks, Math.ceil(length / (longestChunk / 8))));
    });
  };
}
