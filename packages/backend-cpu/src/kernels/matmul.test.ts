import { contiguousStrides, formula, input, type Node, node, type View } from "@gradkit/tensor/backend";
import { describe, expect, it } from "vitest";
import { naiveMap, randomView, readView, viewOf } from "../../test/strided-views.ts";
import { type Lanes, oneThread } from "../lanes.ts";
import { Memory } from "../memory.ts";
import { detectFeatures } from "../wasm/features.ts";
import { createMatmul } from "./matmul.ts";
import { MatrixProduct } from "./matrix-product.ts";
import { createSharedProducts } from "./shared-products.ts";

const features = detectFeatures();
const inLanes: Lanes = { ...oneThread, count: (_, most) => Math.min(5, most) };
const engines = [
  ["this engine", features, oneThread],
  ["plain SIMD", { ...features, relaxedSimd: false }, oneThread],
  ["in lanes", features, inLanes],
] as const;

/** The oracle: plain loops in float64. a [B, M, K], b [B, K, N]. */
function naiveProduct(a: number[], b: number[], batch: number, m: number, n: number, k: number): number[] {
  const out: number[] = [];
  for (let l = 0; l < batch; l++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let s = 0; s < k; s++) sum += (a[(l * m + i) * k + s] as number) * (b[(l * k + s) * n + j] as number);
        out.push(sum + 0); // no −0
      }
  return out;
}

const sizes = [
  [1, 1, 1],
  [1, 7, 5],
  [9, 1, 6],
  [6, 8, 4],
  [13, 17, 3],
  [5, 29, 31],
  [37, 12, 50],
  [7, 9, 0],
  [64, 10, 33],
  [33, 150, 130], // b large enough to be packed
  [140, 40, 130], // and several blocks of rows
  [3, 5, 2100], // several blocks of k
  [34, 270, 1100],
] as const;

type Layout = (rows: number, columns: number) => number[];
const layouts: Record<string, Layout> = {
  contiguous: (_, columns) => [columns, 1],
  transposed: (rows) => [1, rows],
  gaps: (_, columns) => [3 * columns + 2, 3],
  flipped: (_, columns) => [-columns, -1],
  "one row repeated": () => [0, 1],
  "one column repeated": () => [1, 0],
};

describe.each(engines)("matmul (%s)", (_, given, lanes) => {
  const memory = new Memory(given);
  memory.lanes = lanes;
  const matmul = createMatmul(memory, naiveMap(memory), new MatrixProduct(memory), lanes === inLanes ? createSharedProducts : undefined);
  const check = (a: View, b: View, out: View): void => {
    const [m, n] = out.shape.slice(-2) as [number, number];
    const k = a.shape.at(-1) as number;
    matmul(a, b, out);
    const batch = out.shape.slice(0, -2).reduce((x, y) => x * y, 1);
    expect(readView(memory, out)).toEqual(naiveProduct(readView(memory, a), readView(memory, b), batch, m, n, k));
    for (const { buffer } of [a, b, out]) memory.release(buffer as never);
  };

  for (const [m, n, k] of sizes) {
    it(`[${m}, ${k}] · [${k}, ${n}] in every layout`, () => {
      for (const left of Object.values(layouts))
        for (const right of Object.values(layouts)) {
          const large = m * n * k > 1e5;
          if (large && left !== right && left !== layouts.contiguous && right !== layouts.contiguous) continue;
          check(randomView(memory, [m, k], left(m, k), 1), randomView(memory, [k, n], right(k, n), 2), viewOf(memory, [m, n], [n, 1]));
        }
    });
  }

  it("stores into any strides, and touches nothing beside", () => {
    for (const name of ["transposed", "gaps", "flipped"]) {
      const out = viewOf(memory, [11, 13], (layouts[name] as Layout)(11, 13));
      check(randomView(memory, [11, 5], [5, 1], 3), randomView(memory, [5, 13], [13, 1], 4), out);
    }
    const wide = viewOf(memory, [4, 16], [16, 1]);
    const part: View = { ...wide, shape: [4, 9], offset: 3 };
    matmul(randomView(memory, [4, 2], [2, 1], 5), randomView(memory, [2, 9], [9, 1], 6), part);
    const values = readView(memory, wide);
    values.forEach((value, i) => {
      expect(Number.isNaN(value)).toBe(i % 16 < 3 || i % 16 >= 12);
    });
  });

  it("batches: own, shared and broadcast operands", () => {
    const shape = (rows: number, columns: number): number[] => [2, 3, rows, columns];
    for (const aStrides of [contiguousStrides(shape(4, 5)), [0, 20, 5, 1], [20, 0, 1, 4], [0, 0, 5, 1]])
      for (const bStrides of [contiguousStrides(shape(5, 7)), [0, 35, 7, 1], [0, 0, 7, 1], [0, 0, 1, 5]]) {
        const [a, b] = [randomView(memory, shape(4, 5), aStrides, 7), randomView(memory, shape(5, 7), bStrides, 8)];
        check(a, b, viewOf(memory, shape(4, 7), contiguousStrides(shape(4, 7))));
      }
    // single rows that become one matrix, into an out whose columns lie apart
    check(randomView(memory, [3, 1, 5], [5, 5, 1], 9), randomView(memory, [3, 5, 2], [0, 2, 1], 10), viewOf(memory, [3, 1, 2], [4, 4, 2]));
  });

  it("int32 wraps", () => {
    check(
      randomView(memory, [13, 21], [21, 1], 11, "int32"),
      randomView(memory, [21, 10], [10, 1], 12, "int32"),
      viewOf(memory, [13, 10], [10, 1], "int32"),
    );
  });

  it("nothing to do", () => {
    matmul(viewOf(memory, [0, 3], [3, 1]), viewOf(memory, [3, 2], [2, 1]), viewOf(memory, [0, 2], [2, 1]));
  });

  it("applies the epilogue: bias and residual, in place and through scratch", () => {
    const add = (x: Node, y: Node): Node => node("add", "float", [x, y]);
    const [product, bias, residual] = [input(0, "float"), input(1, "float"), input(2, "float")];
    const addBias = formula(["float", "float"], [], [add(product, bias)]);
    const before = memory.liveBytes;
    const addBoth = formula(["float", "float", "float"], [], [add(add(product, bias), residual)]);
    for (const [m, n, k] of [
      [7, 9, 6],
      [40, 270, 1100], // several blocks of everything
    ] as const)
      for (const outStrides of [
        [n, 1],
        [3 * n, 3],
        [1, m],
      ])
        for (const biasStrides of [
          [0, 1],
          [1, 0],
          [0, 2],
          [0, 0],
        ]) {
          const aStrides = biasStrides[0] === 0 ? [1, m] : [k, 1];
          const [a, b] = [randomView(memory, [m, k], aStrides, 13), randomView(memory, [k, n], [n, 1], 14)];
          const others = [randomView(memory, [m, n], biasStrides, 15), randomView(memory, [m, n], [n, 1], 16)] as const;
          const out = viewOf(memory, [m, n], outStrides);
          const [biases, residuals] = [readView(memory, others[0]), readView(memory, others[1])];
          const plain = naiveProduct(readView(memory, a), readView(memory, b), 1, m, n, k);
          matmul(a, b, out, { formula: addBias, inputs: [others[0]], scalars: [] });
          expect(readView(memory, out)).toEqual(plain.map((value, i) => value + (biases[i] as number) + 0));
          matmul(a, b, out, { formula: addBoth, inputs: others, scalars: [] });
          expect(readView(memory, out)).toEqual(plain.map((value, i) => value + (biases[i] as number) + (residuals[i] as number) + 0));
          for (const { buffer } of [a, b, out, ...others]) memory.release(buffer as never);
        }
    expect(memory.liveBytes).toBe(before);
  });
});
