// FusedKernels.windowSum: tables say where windows lie, and lanes share the planes.
import { type FusedKernels, numel, type View, type WindowSumAttrs, type WindowTable } from "@gradkit/tensor/backend";
import type { CpuBuffer } from "../buffer.ts";
import { partStart } from "../lanes.ts";
import type { Memory } from "../memory.ts";
import { addressOf, contiguous } from "./contiguous.ts";
import type { WindowKernels } from "./window-kernels.ts";
import { compileWindowSumRows, type WindowSumRows } from "./window-sum-rows.ts";

type Rank4 = [number, number, number, number];

/** One core's time, to tell what work is worth sharing. */
const nanosecondsPerInput = 0.15;
const nanosecondsPerSum = 0.3;

const each = (size: number): WindowTable => {
  const places = [...new Array(size).keys()];
  return { size, starts: places, ends: places.map((place) => place + 1) };
};

export function createWindowSum(kernels: WindowKernels): FusedKernels["windowSum"] {
  const { memory } = kernels;
  const compiled = new Map<number, WindowSumRows>();
  const kernelFor = (longest: number): WindowSumRows => {
    const kernel = compiled.get(longest) ?? compileWindowSumRows(memory, longest);
    compiled.set(longest, kernel);
    return kernel;
  };

  return (x: View, y: View, { rows, columns }: WindowSumAttrs): boolean => {
    if (x.dtype !== "float32") return false;
    if (numel(y.shape) === 0) return true;
    const [images, channels, height, width] = x.shape as Rank4;
    const [, , outHeight, outWidth] = y.shape as Rank4;
    const { starts = [], ends = [] } = columns ?? {};
    const longest = starts.reduce((most, start, j) => Math.max(most, (ends[j] as number) - start), 1);
    const kernel = kernelFor(longest);
    const source = contiguous(kernels, x);
    const rowTable = writeRows(memory, rows ?? each(height), 4 * width);
    const columnTable = columns && writeColumns(memory, columns, longest);
    const planes = images * channels;
    const nanoseconds = height * width * nanosecondsPerInput + outHeight * outWidth * longest * nanosecondsPerSum;
    const lanes = memory.lanes.count(planes * nanoseconds, planes);
    memory.lanes.fork(lanes, (lane) => {
      const line = memory.allocate(4 * (width + longest + 4));
      const first = partStart(planes, lane, lanes);
      const own = partStart(planes, lane + 1, lanes) - first;
      const [from, to] = [source.address + 4 * first * height * width, addressOf(y) + 4 * first * outHeight * outWidth];
      const [rowsAt, columnsAt] = [rowTable.pointer, columnTable?.pointer ?? 0];
      kernel(own, from, 4 * height * width, width, rowsAt, outHeight, columnsAt, outWidth, line.pointer, to);
      memory.release(line);
    });
    for (const buffer of [rowTable, columnTable]) if (buffer) memory.release(buffer);
    source.release();
    return true;
  };
}

function writeRows(memory: Memory, { starts, ends }: WindowTable, rowBytes: number): CpuBuffer {
  const buffer = memory.allocate(8 * starts.length);
  const at = buffer.pointer >>> 2;
  starts.forEach((start, i) => {
    const end = ends[i] as number;
    memory.i32[at + 2 * i] = start * rowBytes;
    memory.i32[at + 2 * i + 1] = i > 0 && start === starts[i - 1] && end === ends[i - 1] ? -1 : end - start;
  });
  return buffer;
}

function writeColumns(memory: Memory, { size, starts, ends }: WindowTable, longest: number): CpuBuffer {
  const vectors = Math.ceil(starts.length / 4);
  const buffer = memory.allocate(32 * vectors);
  for (let v = 0; v < vectors; v++) {
    const at = (buffer.pointer >>> 2) + 8 * v;
    const first = starts[4 * v] as number;
    let neighbours = true;
    for (let lane = 0; lane < 4; lane++) {
      const start = starts[4 * v + lane] ?? size;
      const length = (ends[4 * v + lane] ?? size) - start;
      memory.i32[at + lane] = 4 * Math.min(start, size - 1);
      memory.i32[at + 4 + lane] = length;
      neighbours &&= start === first + lane && length === longest;
    }
    if (neighbours) memory.i32[at + 1] = -1;
  }
  return buffer;
}
