// Formulas that ride along with other kernels: epilogues of products, formulas on the way into a reduction, finishes on the way out.
import type { Backend, View } from "../../backend.ts";
import { add, cast, div, max, mul, ne, sub } from "../../formula/build.ts";
import { formula, index, input, scalar } from "../../formula/nodes.ts";
import type { ConformanceCase } from "../conformance.ts";
import { download, expectEqual, fresh, owning, upload } from "./device.ts";

const [x, y, z] = [input(0, "float"), input(1, "float"), input(2, "float")];
const numbers = (count: number, start = 0): number[] => Array.from({ length: count }, (_, i) => start + i);
const across = (row: View, shape: readonly number[], strides: readonly number[]): View => ({ ...row, shape, strides });

/** relu(product · scale + bias − residual): whole numbers, so that every order of summation is exact. */
async function epilogue(backend: Backend): Promise<void> {
  const [m, k, n] = [13, 5, 18];
  await owning(backend, async (own) => {
    const a = own(
      upload(
        backend,
        [m, k],
        numbers(m * k).map((i) => (i % 7) - 3),
      ),
    );
    const b = own(
      upload(
        backend,
        [k, n],
        numbers(k * n).map((i) => (i % 5) - 2),
      ),
    );
    const bias = own(upload(backend, [n], numbers(n)));
    const residual = own(
      upload(
        backend,
        [m, n],
        numbers(m * n).map((i) => i % 11),
      ),
    );
    const out = own(fresh(backend, [m, n]));
    const f = formula(["float", "float", "float"], ["float"], [max(sub(add(mul(x, scalar(0, "float")), y), z), 0)]);
    backend.matmul(a, b, out, { formula: f, inputs: [across(bias, [m, n], [0, 1]), residual], scalars: [2] });
    const expected = numbers(m * n).map((position) => {
      const [i, j] = [Math.floor(position / n), position % n];
      const product = numbers(k).reduce((sum, p) => sum + (((i * k + p) % 7) - 3) * (((p * n + j) % 5) - 2), 0);
      return Math.max(0, 2 * product + j - (position % 11));
    });
    expectEqual("the product", await download(backend, out), expected);
  });
}

/** Σ (a − b)²·s over several dims, then divided: input formula, scalars and finish together, into a view with gaps. */
async function reduction(backend: Backend): Promise<void> {
  const shape = [3, 4, 5];
  await owning(backend, async (own) => {
    const a = own(
      upload(
        backend,
        shape,
        numbers(60).map((i) => i % 9),
      ),
    );
    const b = own(upload(backend, [5], [1, 0, 2, 0, 3]));
    const out = own(fresh(backend, [4, 2]));
    const target: View = { ...out, shape: [1, 4, 1], strides: [0, 2, 0], offset: 1 };
    const f = formula(["float", "float"], ["float"], [mul(mul(sub(x, y), sub(x, y)), scalar(0, "float"))]);
    const finish = { formula: formula(["float"], ["float"], [div(x, scalar(0, "float"))]), scalars: [4] };
    backend.reduce("sum", f, [a, across(b, shape, [0, 0, 1])], [2], [target], [0, 2], finish);
    const row = [1, 0, 2, 0, 3];
    const expected = numbers(8).map((slot) => {
      if (slot % 2 === 0) return 77;
      const j = (slot - 1) / 2;
      const terms = numbers(15).map((t) => ((Math.floor(t / 5) * 20 + j * 5 + (t % 5)) % 9) - (row[t % 5] as number));
      return (2 * terms.reduce((sum, term) => sum + term * term, 0)) / 4;
    });
    expectEqual("the sums", await download(backend, out), expected);
  });
}

/** A reduction of another type than its input's, with a finish of yet another. */
async function counting(backend: Backend): Promise<void> {
  await owning(backend, async (own) => {
    const a = own(upload(backend, [3, 4], [0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 5]));
    const [counts, any] = [own(fresh(backend, [3, 1], "int32")), own(fresh(backend, [3, 1], "bool"))];
    const f = formula(["float"], [], [cast(ne(x, 0), "int")]);
    backend.reduce("sum", f, [a], [], [counts], [1]);
    expectEqual("counts", await download(backend, counts), [0, 2, 1]);
    backend.reduce("sum", f, [a], [], [any], [1], { formula: formula(["int"], [], [ne(input(0, "int"), 0)]), scalars: [] });
    expectEqual("any", await download(backend, any), [0, 1, 1]);
  });
}

/** The index node of a reduction counts the full shape. */
async function weighted(backend: Backend): Promise<void> {
  await owning(backend, async (own) => {
    const a = own(upload(backend, [4, 3], new Array<number>(12).fill(1)));
    const [columns, rows] = [own(fresh(backend, [1, 3])), own(fresh(backend, [4, 1]))];
    const f = formula(["float"], [], [mul(x, cast(index, "float"))]);
    backend.reduce("sum", f, [a], [], [columns], [0]);
    expectEqual("over rows", await download(backend, columns), [18, 22, 26]);
    backend.reduce("max", f, [a], [], [rows], [1]);
    expectEqual("over columns", await download(backend, rows), [2, 5, 8, 11]);
  });
}

export const fusionCases = (backend: Backend): ConformanceCase[] => [
  { name: "contract: matmul with an epilogue", run: () => epilogue(backend) },
  { name: "contract: reduce with formula, scalars and finish", run: () => reduction(backend) },
  { name: "contract: reduce into another type", run: () => counting(backend) },
  { name: "contract: the index node in a reduction", run: () => weighted(backend) },
];
