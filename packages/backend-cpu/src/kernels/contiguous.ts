// Small operands (weights, a bias) as contiguous memory: themselves where they are, else a copy.
import { contiguousStrides, isContiguous, numel, type View } from "@gradkit/tensor/backend";
import type { CpuBuffer } from "../buffer.ts";
import type { WindowKernels } from "./window-kernels.ts";

export const addressOf = ({ buffer, offset }: View): number => (buffer as CpuBuffer).pointer + 4 * offset;

export interface Contiguous {
  readonly address: number;
  release(): void;
}

/** Of a view of rank 4 or less. */
export function contiguous({ memory, copyPlanes }: WindowKernels, view: View): Contiguous {
  if (isContiguous(view)) return { address: addressOf(view), release: () => {} };
  const pad = <T>(values: readonly T[], fill: T): T[] => [...new Array<T>(4 - values.length).fill(fill), ...values];
  const [n, planes, rows, columns] = pad(view.shape, 1) as [number, number, number, number];
  const from = pad(view.strides, 0).map((stride) => 4 * stride) as [number, number, number, number];
  const to = pad(contiguousStrides(view.shape), 0).map((stride) => 4 * stride) as [number, number, number, number];
  const buffer = memory.allocate(4 * numel(view.shape));
  for (let i = 0; i < n; i++)
    copyPlanes(
      planes,
      rows,
      columns,
      addressOf(view) + i * from[0],
      from[1],
      from[2],
      from[3],
      buffer.pointer + i * to[0],
      to[1],
      to[2],
      to[3],
    );
  return { address: buffer.pointer, release: () => memory.release(buffer) };
}
