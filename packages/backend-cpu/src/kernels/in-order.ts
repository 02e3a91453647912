// Operands as contiguous views, for kernels that stream: themselves where they are, else copies.
import { type Backend, contiguousStrides, isContiguous, numel, type View } from "@gradkit/tensor/backend";
import type { CpuBuffer } from "../buffer.ts";
import type { Memory } from "../memory.ts";
import { identity } from "./identity.ts";

/** Calls the body with float32 views that are contiguous, and releases what had to be copied. */
export function inOrder<V extends readonly (View | null)[], R>(
  memory: Memory,
  map: Backend["map"],
  views: V,
  body: (ordered: { readonly [K in keyof V]: V[K] }) => R,
): R {
  const copies: CpuBuffer[] = [];
  const ordered = views.map((view) => {
    if (!view || isContiguous(view)) return view;
    const { shape, dtype } = view;
    const buffer = memory.allocate(4 * numel(shape));
    copies.push(buffer);
    const target: View = { buffer, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
    map(identity("float"), [view], [], [target]);
    return target;
  });
  const result = body(ordered as never);
  for (const buffer of copies) memory.release(buffer);
  return result;
}
