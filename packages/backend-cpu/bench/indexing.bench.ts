// Gather, scatter, scan and sort on one thread: `node --conditions=@gradkit/source packages/backend-cpu/bench/indexing.bench.ts`
import { contiguousStrides, type DType, numel, type View } from "@gradkit/tensor/backend";
import { cpu } from "../src/index.ts";
import { medianMs } from "./median.ts";

const device = await cpu();
function view(shape: readonly number[], dtype: DType, value: () => number): View {
  const buffer = device.allocate(4 * numel(shape));
  const data = Array.from({ length: numel(shape) }, value);
  device.write(buffer, 0, dtype === "int32" ? Int32Array.from(data) : Float32Array.from(data));
  return { buffer, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
}
const below = (n: number) => (): number => Math.floor(Math.random() * n);

const table = view([1000, 512], "float32", Math.random);
const rows: View = { ...view([4096, 1], "int32", below(1000)), shape: [4096, 512], strides: [1, 0] };
const batch = view([4096, 512], "float32", Math.random);
const square = [1000, 1000];
const [a, b, index] = [view(square, "float32", Math.random), view(square, "float32", Math.random), view(square, "int32", below(1000))];
const flat = (each: View): View => ({ ...each, shape: [1_000_000], strides: [1] });

const work: Record<string, () => void> = {
  "gather 4096 rows of 512": () => device.gather(table, 0, rows, batch),
  "scatter-add 4096 rows of 512": () => device.scatter("add", table, 0, rows, batch),
  "gather 1000² along rows": () => device.gather(a, 1, index, b),
  "gather 1000² along columns": () => device.gather(a, 0, index, b),
  "scatter-add 1000² along rows": () => device.scatter("add", b, 1, index, a),
  "cumsum 1000² along rows": () => device.scan("sum", a, 1, [b]),
  "cumsum 1000² along columns": () => device.scan("sum", a, 0, [b]),
  "sort 1000 rows of 1000": () => device.sort(a, 1, false, b, index),
  "sort 10⁶": () => device.sort(flat(a), 0, false, flat(b), flat(index)),
};
for (const [name, run] of Object.entries(work)) console.log(name.padEnd(32), `${medianMs(run).toFixed(2)} ms`);
