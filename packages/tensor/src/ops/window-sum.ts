// Sums of windows over rows and columns, wherever they begin and end: average-pooling of any kind, and its gradient.
import type { WindowSumAttrs, WindowTable } from "../backend.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { tensor } from "./creation.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { indexSelect } from "./gather.ts";
import { reshape } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { sum } from "./reduce.ts";
import type { Vjp } from "./vjp.ts";

function windowSum(x: Tensor, attrs: WindowSumAttrs): Tensor {
  return applyOp(windowSumOp, [x], attrs)[0] as Tensor;
}

/** Each place's windows are neighbours, as windows advance: what sums over them is the gradient of a sum over places. */
function transposed(table: WindowTable | null): WindowTable | null {
  if (!table) return null;
  return { size: table.starts.length, starts: firstBeyond(table.ends, table.size), ends: firstBeyond(table.starts, table.size) };
}

/** For each place, how many of the values, which never fall, are not beyond it. */
function firstBeyond(values: readonly number[], size: number): number[] {
  let at = 0;
  return Array.from({ length: size }, (_, place) => {
    while (at < values.length && (values[at] as number) <= place) at++;
    return at;
  });
}

/** Each place collects from the windows that hold it. */
const vjp: Vjp<WindowSumAttrs> = {
  reads: [],
  gradients: (g, { attrs: { rows, columns } }) => [windowSum(g, { rows: transposed(rows), columns: transposed(columns) })],
};

/** Windows of one length, filled up with zeros and side by side, are summed. */
function alongDim(x: Tensor, dim: number, table: WindowTable | null): Tensor {
  if (!table) return x;
  const { size, starts, ends } = table;
  const places = [...new Array(Math.max(1, ...starts.map((start, i) => (ends[i] as number) - start))).keys()];
  const positions = starts.flatMap((start) => places.map((place) => Math.min(start + place, size - 1)));
  const inside = starts.flatMap((start, i) => places.map((place) => start + place < (ends[i] as number)));
  const shape = [inside.length, ...new Array<number>(x.ndim - 1 - dim).fill(1)];
  const laid = indexSelect(x, dim, tensor(positions, { dtype: "int32", device: x.device }));
  const filled = pw.where(tensor(inside, { dtype: "bool", device: x.device, shape }), laid, 0);
  return sum(reshape(filled, [...x.shape.slice(0, dim), starts.length, places.length, ...x.shape.slice(dim + 1)]), dim + 1);
}

/** x [N, C, H, W] → [N, C, windows along H, windows along W]; dims without a table stay as they are. */
export const windowSumOp: StructuredOp<WindowSumAttrs> = {
  name: "windowSum",
  vjp,
  infer([x], { rows, columns }) {
    const { shape, dtype } = x as Tensor;
    const [n, c, height, width] = shape as [number, number, number, number];
    return [{ shape: [n, c, rows?.starts.length ?? height, columns?.starts.length ?? width], dtype }];
  },
  run: (device, [x], [y], attrs) => device.fused?.windowSum?.(x as Tensor, y as Tensor, attrs) ?? false,
  decompose: ([x], { rows, columns }) => [alongDim(alongDim(x as Tensor, 2, rows), 3, columns)],
};

/** x [N, C, …S], of one to three spatial dims with a table each → sums [N, C, …O]. */
export function sumWindows(x: Tensor, tables: readonly WindowTable[]): Tensor {
  const [n, c, ...sizes] = x.shape as [number, number, ...number[]];
  const [rows, columns] = [tables.at(-2) ?? null, tables.at(-1) as WindowTable];
  const [height, width] = [sizes.at(-2) ?? 1, sizes.at(-1) as number];
  const depth = sizes.length === 3 ? (sizes[0] as number) : 1;
  const planes = windowSum(reshape(x, [n, c * depth, height, width]), { rows, columns });
  const out: Shape = [n, c, ...tables.map(({ starts }) => starts.length)];
  if (sizes.length < 3) return reshape(planes, out);
  const layers = reshape(planes, [n, c, depth, (planes.shape[2] as number) * (planes.shape[3] as number)]);
  return reshape(windowSum(layers, { rows: tables[0] as WindowTable, columns: null }), out);
}
