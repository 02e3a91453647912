// Numbers as the formula language knows them: integers of 32 bits, casts, bits, narrow storage.
import type { Backend } from "../../backend.ts";
import { add, bitcast, cast, intDiv, lt, mul, rem, select, sub } from "../../formula/build.ts";
import { formula, input } from "../../formula/nodes.ts";
import type { ConformanceCase } from "../conformance.ts";
import { download, expectEqual, fresh, owning, upload } from "./device.ts";

const x = input(0, "float");
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const wholeNumbers = [0, 1, -1, 7, -7, 2 ** 30, -(2 ** 30), 2 ** 31 - 1, -(2 ** 31), 0x5555_5555];

async function integers(backend: Backend): Promise<void> {
  const [a, b] = [input(0, "int"), input(1, "int")];
  await owning(backend, async (own) => {
    const count = wholeNumbers.length ** 2;
    const left = own(
      upload(
        backend,
        [count],
        numbers(count).map((i) => wholeNumbers[Math.floor(i / wholeNumbers.length)] as number),
        "int32",
      ),
    );
    const right = own(
      upload(
        backend,
        [count],
        numbers(count).map((i) => wholeNumbers[i % wholeNumbers.length] as number),
        "int32",
      ),
    );
    const outputs = numbers(5).map(() => own(fresh(backend, [count], "int32")));
    const divisor = select(lt(b, 0), -3, 5);
    backend.map(
      formula(["int", "int"], [], [add(a, b), sub(a, b), mul(a, b), intDiv(a, divisor), rem(a, divisor)]),
      [left, right],
      [],
      outputs,
    );
    const of = (f: (p: number, q: number) => number): number[] => wholeNumbers.flatMap((p) => wholeNumbers.map((q) => f(p, q) | 0));
    const by = (q: number): number => (q < 0 ? -3 : 5);
    const expected = [of((p, q) => p + q), of((p, q) => p - q), of(Math.imul), of((p, q) => p / by(q)), of((p, q) => p % by(q))];
    for (const [k, output] of outputs.entries()) expectEqual(`output ${k}`, await download(backend, output), expected[k] as number[]);
  });
}

/** Casts saturate and send NaN to 0; bits are reread, not converted. */
async function conversions(backend: Backend): Promise<void> {
  await owning(backend, async (own) => {
    const values = [0, -0, 1.9, -1.9, 3e9, -3e9, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 255.5];
    const source = own(upload(backend, [values.length], values));
    const [whole, bits] = [own(fresh(backend, [values.length], "int32")), own(fresh(backend, [values.length], "int32"))];
    const truth = own(fresh(backend, [values.length], "bool"));
    backend.map(formula(["float"], [], [cast(x, "int"), bitcast(x, "int"), cast(x, "bool")]), [source], [], [whole, bits, truth]);
    expectEqual("float to int", await download(backend, whole), [0, 0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 0, 2 ** 31 - 1, -(2 ** 31), 255]);
    const expected = Array.from(new Int32Array(Float32Array.from(values).buffer));
    const got = Array.from(await download(backend, bits));
    expected[6] = got[6] as number; // NaN has many bit patterns
    expectEqual("bits", got, expected);
    expectEqual(
      "float to bool",
      await download(backend, truth),
      values.map((value) => (value !== 0 ? 1 : 0)),
    );
  });
}

/** Narrow integers are stored modulo 256, and read back without a sign. */
async function bytes(backend: Backend): Promise<void> {
  if (!backend.capabilities.dtypes.has("uint8")) return;
  await owning(backend, async (own) => {
    const values = [0, 1, 127, 128, 200, 255, 3];
    const source = own(upload(backend, [7], values, "uint8"));
    const [out, wide] = [own(fresh(backend, [7], "uint8")), own(fresh(backend, [7], "int32"))];
    const a = input(0, "int");
    backend.map(formula(["int"], [], [mul(a, 3), add(a, 1)]), [source], [], [out, wide]);
    expectEqual(
      "uint8",
      await download(backend, out),
      values.map((value) => (value * 3) % 256),
    );
    expectEqual(
      "uint8 as int32",
      await download(backend, wide),
      values.map((value) => value + 1),
    );
  });
}

export const typeCases = (backend: Backend): ConformanceCase[] => [
  { name: "contract: integers wrap to 32 bits", run: () => integers(backend) },
  { name: "contract: casts and bit casts", run: () => conversions(backend) },
  { name: "contract: bytes", run: () => bytes(backend) },
];
