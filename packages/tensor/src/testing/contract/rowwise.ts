// Calls that a backend may take by rows: the steps of a recurrent layer, with sequences that end sooner than others.
import type { Backend, RowwiseCall, View } from "../../backend.ts";
import { add, max, min } from "../../formula/build.ts";
import { formula, input, type Node } from "../../formula/nodes.ts";
import type { ConformanceCase } from "../conformance.ts";
import { download, expectEqual, fresh, owning, upload } from "./device.ts";

const [x, y] = [input(0, "float"), input(1, "float")];
const bounded = (node: Node): Node => max(min(node, 3), -3);
const sum = formula(["float", "float"], [], [add(x, y)]);
const boundedSum = formula(["float", "float"], [], [bounded(add(x, y))]);

const small = (count: number, seed: number): number[] => Array.from({ length: count }, (_, i) => ((i * 7 + seed * i * i) % 3) - 1);
const rowsOf = (view: View, count: number, first = 0): View => ({
  ...view,
  shape: [count, view.shape[1] as number],
  offset: view.offset + first * (view.strides[0] as number),
});

/**
 * Steps of p = h·Wᵀ + b, h = bounded(p₁ + x), h = bounded(kept = p₀·V + h) for sequences of lengths that fall, in whole numbers, so that every order of
 * summation is exact.
 */
async function steps(backend: Backend, rows: readonly number[], width: number): Promise<void> {
  const [batch, total] = [rows[0] as number, rows.reduce((a, b) => a + b)];
  const values = {
    h: small(batch * width, 1),
    w: small(2 * width * width, 2),
    v: small(width * width, 3),
    b: small(2 * width, 4),
    x: small(total * width, 5),
  };
  await owning(backend, async (own) => {
    const [h, w, v] = [own(upload(backend, [batch, width], values.h)), own(upload(backend, [2 * width, width], values.w)), own(upload(backend, [width, width], values.v))]; // biome-ignore format: a list
    const [b, xs] = [own(upload(backend, [2 * width], values.b)), own(upload(backend, [total, width], values.x))];
    const [p, kept] = [own(fresh(backend, [batch, 2 * width])), own(fresh(backend, [total, width]))];
    const transposed: View = { ...w, shape: [width, 2 * width], strides: [1, width] };
    const calls: RowwiseCall[] = [];
    let first = 0;
    for (const count of rows) {
      const [state, products] = [rowsOf(h, count), rowsOf(p, count)];
      const half = (which: number): View => ({ ...products, shape: [count, width], offset: which * width });
      const bias: View = { ...b, shape: [count, 2 * width], strides: [0, 1] };
      calls.push({ kind: "matmul", a: state, b: transposed, out: products, epilogue: { formula: sum, inputs: [bias], scalars: [] } });
      calls.push({ kind: "map", formula: boundedSum, inputs: [half(1), rowsOf(xs, count, first)], outputs: [state] });
      const out = rowsOf(kept, count, first);
      calls.push({ kind: "matmul", a: half(0), b: v, out, epilogue: { formula: sum, inputs: [state], scalars: [] } });
      calls.push({ kind: "map", formula: formula(["float"], [], [bounded(x)]), inputs: [out], outputs: [state] });
      first += count;
    }
    backend.rowwise?.(calls);

    const expected = { h: [...values.h], kept: [] as number[] };
    first = 0;
    for (const count of rows) {
      for (let row = 0; row < count; row++) {
        const before = expected.h.slice(row * width, (row + 1) * width);
        const product = (j: number): number =>
          before.reduce((total, value, k) => total + value * (values.w[j * width + k] as number), values.b[j] as number);
        const clamp = (value: number): number => Math.max(-3, Math.min(3, value));
        const products = Array.from({ length: 2 * width }, (_, j) => product(j));
        const state = before.map((_, j) => clamp((products[width + j] as number) + (values.x[(first + row) * width + j] as number)));
        const next = state.map((value, j) =>
          state.reduce((total, _, k) => total + (products[k] as number) * (values.v[k * width + j] as number), value),
        );
        expected.h.splice(row * width, width, ...next.map(clamp));
        expected.kept.push(...next);
      }
      first += count;
    }
    expectEqual("what is kept", await download(backend, kept), expected.kept);
    expectEqual("the state", await download(backend, h), expected.h);
  });
}

/** For backends that have it. */
export const rowwiseCases = (backend: Backend): ConformanceCase[] =>
  backend.rowwise
    ? [
        { name: "contract: calls by rows", run: () => steps(backend, [40, 40, 33, 7], 21) },
        { name: "contract: calls by rows, of a wide matrix", run: () => steps(backend, [34, 3], 150) },
        { name: "contract: calls by few rows", run: () => steps(backend, [2, 2, 1, 1, 1], 9) },
      ]
    : [];
