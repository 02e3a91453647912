// A view is whatever has its five fields, be they getters of a class, as a tensor's are: a kernel may read them, but not copy the object.
import type { Backend, Buffer, View } from "../../backend.ts";
import { mul } from "../../formula/build.ts";
import { formula, input } from "../../formula/nodes.ts";
import type { ConformanceCase } from "../conformance.ts";
import { download, expectEqual, fresh, owning, upload } from "./device.ts";

class Window implements View {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }
  get buffer(): Buffer {
    return this.#view.buffer;
  }
  get dtype(): View["dtype"] {
    return this.#view.dtype;
  }
  get shape(): readonly number[] {
    return this.#view.shape;
  }
  get strides(): readonly number[] {
    return this.#view.strides;
  }
  get offset(): number {
    return this.#view.offset;
  }
}

const identity = formula(["float"], [], [input(0, "float")]);

async function everyKernel(backend: Backend): Promise<void> {
  await owning(backend, async (own) => {
    const through = (view: View): View => new Window(own(view));
    const a = through(upload(backend, [2, 3], [3, 1, 2, 6, 5, 4]));
    const at = through(upload(backend, [2, 3], [2, 0, 1, 0, 0, 2], "int32"));
    const out = through(fresh(backend, [2, 3]));
    const places = through(fresh(backend, [2, 3], "int32"));
    const check = async (what: string, expected: number[], view = out): Promise<void> =>
      expectEqual(what, await download(backend, view), expected);

    backend.map(formula(["float"], [], [mul(input(0, "float"), 2)]), [a], [], [out]);
    await check("map", [6, 2, 4, 12, 10, 8]);
    backend.gather(a, 1, at, out);
    await check("gather", [2, 3, 1, 6, 6, 4]);
    backend.scatter("set", out, 1, at, a);
    await check("scatter", [1, 2, 3, 5, 6, 4]);
    backend.scan("sum", a, 1, [out]);
    await check("scan", [3, 4, 6, 6, 11, 15]);
    backend.sort(a, 1, false, out, places);
    await check("sort", [1, 2, 3, 4, 5, 6]);
    await check("sort's indices", [1, 2, 0, 2, 1, 0], places);

    const [rows, columns] = [through(fresh(backend, [2, 1])), through(fresh(backend, [1, 3]))];
    const winners = through(fresh(backend, [2, 1], "int32"));
    backend.reduce("sum", identity, [a], [], [rows], [1]);
    await check("reduce over columns", [6, 15], rows);
    backend.reduce("sum", identity, [a], [], [columns], [0]);
    await check("reduce over rows", [9, 6, 6], columns);
    backend.reduce("argmax", identity, [a], [], [winners, rows], [1]);
    await check("argmax", [0, 0], winners);
    await check("argmax's values", [3, 6], rows);
    const [b, product] = [through(upload(backend, [3, 1], [1, 10, 100])), through(fresh(backend, [2, 1]))];
    backend.matmul(a, b, product);
    await check("matmul", [213, 456], product);
  });
}

export const viewCases = (backend: Backend): ConformanceCase[] => [
  { name: "contract: views are read field by field", run: () => everyKernel(backend) },
];
