// What formulas may look like and where their results may go, beyond the rows of the table.
import type { Backend, View } from "../../backend.ts";
import { add, cast, lt, max, mul, neg, rem, select, shr, sub } from "../../formula/build.ts";
import { formula, index, input, type Node, scalar } from "../../formula/nodes.ts";
import { contiguousStrides, numel } from "../../view.ts";
import type { ConformanceCase } from "../conformance.ts";
import { download, expectEqual, fresh, owning, upload } from "./device.ts";

const floats = (count: number): Node[] => Array.from({ length: count }, (_, i) => input(i, "float"));
const [x, y] = floats(2) as [Node, Node];
const numbers = (count: number, start = 0): number[] => Array.from({ length: count }, (_, i) => start + i);

async function inPlace(backend: Backend): Promise<void> {
  await owning(backend, async (own) => {
    const a = own(upload(backend, [37], numbers(37)));
    const b = own(upload(backend, [37], numbers(37, 100)));
    backend.map(formula(["float", "float"], [], [add(mul(x, 2), y)]), [a, b], [], [a]);
    expectEqual(
      "a = 2a + b",
      await download(backend, a),
      numbers(37).map((i) => 2 * i + 100 + i),
    );
  });
}

async function inPlaceStrided(backend: Backend): Promise<void> {
  await owning(backend, async (own) => {
    const base = own(upload(backend, [4, 10], numbers(40)));
    const columns: View = { ...base, shape: [4, 5], strides: [10, 2], offset: 1 };
    backend.map(formula(["float"], [], [neg(x)]), [columns], [], [columns]);
    expectEqual(
      "every second column",
      await download(backend, base),
      numbers(40).map((i) => (i % 2 === 1 ? -i : i)),
    );
  });
}

async function stridedOutput(backend: Backend): Promise<void> {
  await owning(backend, async (own) => {
    const source = own(upload(backend, [3, 4], numbers(12)));
    const base = own(fresh(backend, [4, 3]));
    const transposed: View = { ...base, shape: [3, 4], strides: [1, 3] };
    backend.map(formula(["float"], [], [x]), [source], [], [transposed]);
    expectEqual(
      "the transpose",
      await download(backend, base),
      numbers(12).map((i) => (i % 3) * 4 + Math.floor(i / 3)),
    );
  });
}

async function severalOutputs(backend: Backend): Promise<void> {
  await owning(backend, async (own) => {
    const a = own(upload(backend, [2, 9], numbers(18)));
    const b = own(upload(backend, [2, 9], numbers(18, 5)));
    const sum = own(fresh(backend, [2, 9]));
    const largest = own(fresh(backend, [2, 9]));
    const less = own(fresh(backend, [2, 9], "bool"));
    backend.map(formula(["float", "float"], [], [add(x, y), max(x, neg(y)), lt(x, 7), sub(x, y)]), [a, b], [], [sum, largest, less, a]);
    expectEqual(
      "output 0",
      await download(backend, sum),
      numbers(18).map((i) => 2 * i + 5),
    );
    expectEqual("output 1", await download(backend, largest), numbers(18));
    expectEqual(
      "output 2",
      await download(backend, less),
      numbers(18).map((i) => (i < 7 ? 1 : 0)),
    );
    expectEqual(
      "output 3, in place",
      await download(backend, a),
      numbers(18).map(() => -5),
    );
  });
}

async function scalarTypes(backend: Backend): Promise<void> {
  await owning(backend, async (own) => {
    const out = own(fresh(backend, [5]));
    const bits = own(fresh(backend, [5], "int32"));
    const [f, i, u, b] = [scalar(0, "float"), scalar(1, "int"), scalar(2, "uint"), scalar(3, "bool")];
    const half = cast(shr(u, 1), "int");
    backend.map(formula([], ["float", "int", "uint", "bool"], [select(b, add(f, i), 0), half]), [], [0.5, -3, 0xffff_fffe, 1], [out, bits]);
    expectEqual("float and int", await download(backend, out), new Array(5).fill(-2.5));
    expectEqual("uint beyond 2³¹", await download(backend, bits), new Array(5).fill(0x7fff_ffff));
    backend.map(formula([], ["float", "int", "uint", "bool"], [select(b, add(f, i), 0), half]), [], [0.5, -3, 8, 0], [out, bits]);
    expectEqual("other values, same formula", await download(backend, bits), new Array(5).fill(4));
    expectEqual("a false bool", await download(backend, out), new Array(5).fill(0));
  });
}

async function manyInputs(backend: Backend, count: number): Promise<void> {
  await owning(backend, async (own) => {
    const inputs = numbers(count).map((k) => own(upload(backend, [11], numbers(11, 10 * k))));
    const out = own(fresh(backend, [11]));
    const sum = floats(count).reduce((total, node, k) => add(total, mul(node, k + 1)));
    backend.map(
      formula(
        inputs.map(() => "float"),
        [],
        [sum],
      ),
      inputs,
      [],
      [out],
    );
    const expected = numbers(11).map((i) => numbers(count).reduce((total, k) => total + (10 * k + i) * (k === 0 ? 1 : k + 1), 0));
    expectEqual(`${count} inputs`, await download(backend, out), expected);
  });
}

async function sevenDims(backend: Backend): Promise<void> {
  await owning(backend, async (own) => {
    const shape = [2, 1, 3, 2, 1, 2, 3];
    const size = numel(shape);
    const base = own(upload(backend, shape, numbers(size)));
    const order = [6, 2, 0, 5, 1, 3, 4];
    const view: View = { ...base, shape: order.map((d) => shape[d] as number), strides: order.map((d) => base.strides[d] as number) };
    const row = own(upload(backend, [3], [100, 200, 300]));
    const across: View = { ...row, shape: view.shape, strides: [1, 0, 0, 0, 0, 0, 0] };
    const out = own(fresh(backend, view.shape));
    backend.map(formula(["float", "float"], [], [add(x, y)]), [view, across], [], [out]);
    const steps = contiguousStrides(view.shape);
    const expected = numbers(size).map((position) => {
      const at = steps.map((step, d) => Math.floor(position / step) % (view.shape[d] as number));
      return at.reduce((sum, i, d) => sum + i * (view.strides[d] as number), 0) + 100 * ((at[0] as number) + 1);
    });
    expectEqual("seven dims", await download(backend, out), expected);
  });
}

/** `index` counts the iterated shape in row-major order, whatever the output's strides and however loops were merged. */
async function indexNode(backend: Backend): Promise<void> {
  const position = formula([], [], [cast(index, "int")]);
  await owning(backend, async (own) => {
    const flat = own(fresh(backend, [1031], "int32"));
    backend.map(position, [], [], [flat]);
    expectEqual("one dim", await download(backend, flat), numbers(1031));
    const cube = own(fresh(backend, [3, 4, 5], "int32"));
    backend.map(position, [], [], [cube]);
    expectEqual("three dims, merged", await download(backend, cube), numbers(60));
    const base = own(fresh(backend, [4, 3], "int32"));
    backend.map(position, [], [], [{ ...base, shape: [3, 4], strides: [1, 3] }]);
    expectEqual(
      "a transposed output",
      await download(backend, base),
      numbers(12).map((i) => (i % 3) * 4 + Math.floor(i / 3)),
    );
    const rows = own(fresh(backend, [3, 7], "int32"));
    backend.map(position, [], [], [{ ...rows, shape: [3, 5] }]);
    expectEqual(
      "rows with gaps",
      await download(backend, rows),
      numbers(21).map((i) => (i % 7 < 5 ? Math.floor(i / 7) * 5 + (i % 7) : 77)),
    );
    const scalarOut = own(fresh(backend, [], "int32"));
    backend.map(position, [], [], [scalarOut]);
    expectEqual("rank 0", await download(backend, scalarOut), [0]);
    const source = own(upload(backend, [2, 3], numbers(6)));
    const mixed = own(fresh(backend, [2, 3]));
    const doubled = formula(["float"], [], [add(mul(cast(rem(index, 3), "float"), 10), x)]);
    backend.map(doubled, [source], [], [mixed]);
    expectEqual("with an input", await download(backend, mixed), [0, 11, 22, 3, 14, 25]);
  });
}

/** Chunks, unrolled loops and remainders meet at sizes like this. */
async function large(backend: Backend): Promise<void> {
  const count = 100_003;
  await owning(backend, async (own) => {
    const [a, out] = [own(upload(backend, [count], numbers(count))), own(fresh(backend, [count]))];
    backend.map(formula(["float"], [], [sub(mul(x, 2), cast(cast(index, "int"), "float"))]), [a], [], [out]);
    expectEqual("many elements", await download(backend, out), numbers(count));
  });
}

export const mapCases = (backend: Backend): ConformanceCase[] => [
  { name: "contract: map in place", run: () => inPlace(backend) },
  { name: "contract: map in place on a strided view", run: () => inPlaceStrided(backend) },
  { name: "contract: map into a strided view", run: () => stridedOutput(backend) },
  { name: "contract: map with several outputs", run: () => severalOutputs(backend) },
  { name: "contract: scalars of every type", run: () => scalarTypes(backend) },
  ...[1, 4, 9, 16].map((count) => ({ name: `contract: map with ${count} inputs`, run: () => manyInputs(backend, count) })),
  { name: "contract: map over seven dims", run: () => sevenDims(backend) },
  { name: "contract: map over many elements", run: () => large(backend) },
  { name: "contract: the index node", run: () => indexNode(backend) },
];
