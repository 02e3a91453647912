// Halves on the reference backend, which computes in float64 and rounds when it stores: expected values are exact.
import { beforeAll, describe, expect, test } from "vitest";
import { type DType, full, manualSeed, matmul, ones, rand, setDefaultDevice, type Tensor, tensor, where, zeros } from "./index.ts";
import { deserialize, serialize } from "./safetensors.ts";
import { reference } from "./testing/reference.ts";

const device = reference();
beforeAll(() => setDefaultDevice(device));

const half = (values: number | number[]): Tensor => tensor(values, { dtype: "float16" });

test.runIf("Float16Array" in globalThis)("the engine has halves", () => expect(device.capabilities.dtypes.has("float16")).toBe(true));

describe.runIf(device.capabilities.dtypes.has("float16"))("float16", () => {
  test("rounds to nearest, ties to even; overflows beyond 65504, down to subnormals", async () => {
    const x = half([1 + 2 ** -11, 1 + 3 * 2 ** -11, 0.1, 65519, 65520, 2 ** -24, 2 ** -25, -0]);
    expect([...(await x.data())]).toEqual([1, 1 + 2 ** -9, 0.0999755859375, 65504, Number.POSITIVE_INFINITY, 2 ** -24, 0, -0]);
    expect(x.dataSync()).toBeInstanceOf(Float32Array);
    expect(String(half([1.5, 2]))).toBe("tensor([1.5000, 2.0000], dtype=float16)");
  });

  test("each op rounds once, when it stores", () => {
    expect(half([2048]).add(1).itemSync()).toBe(2048);
    expect(half([2048]).add(1).add(1).itemSync()).toBe(2048);
    expect(half([2048, 1, 1]).sum().itemSync()).toBe(2050);
    expect(matmul(half([2048, 1, 1]), half([1, 1, 1])).itemSync()).toBe(2050);
    expect(half([300]).square().itemSync()).toBe(Number.POSITIVE_INFINITY);
  });

  // torch.result_type, for float16 and every other dtype: of dims with dims, of dims with rank 0, and of rank 0 with dims
  test.each<[DType, DType, DType, DType]>([
    ["bool", "float16", "float16", "float16"],
    ["uint8", "float16", "float16", "float16"],
    ["int32", "float16", "float16", "float16"],
    ["float16", "float16", "float16", "float16"],
    ["float32", "float32", "float16", "float32"],
    ["float64", "float64", "float16", "float64"],
  ])("with %s", (other, both, otherIsScalar, halfIsScalar) => {
    const x = (shape: number[], dtype: DType): Tensor => ones(shape, { dtype });
    expect(x([2], "float16").add(x([2], other)).dtype).toBe(both);
    expect(x([2], "float16").mul(x([], other)).dtype).toBe(otherIsScalar);
    expect(x([2], other).mul(x([], "float16")).dtype).toBe(halfIsScalar);
    expect(where(tensor([true, false]), x([2], "float16"), x([2], other)).dtype).toBe(both);
  });

  test("numbers adapt to it, and whole numbers divide into float32", () => {
    expect([half([1]).add(1.5), half([1]).mul(2), half([1]).pow(2), half([1]).div(2), half([1]).mean()].map(({ dtype }) => dtype)).toEqual(
      new Array(5).fill("float16"),
    );
    expect(half([1]).eq(1).dtype).toBe("bool");
    expect(half([2]).argmax().dtype).toBe("int32");
  });

  test("random numbers are those of float32, rounded", () => {
    manualSeed(3);
    const x = rand([8], { dtype: "float16" });
    manualSeed(3);
    expect(x.dataSync()).toEqual(rand([8]).to("float16").dataSync());
  });

  test("creation, views and writes in place", () => {
    const x = zeros([2, 3], { dtype: "float16" });
    x.t()
      .select(0, 1)
      .add_(full([2], 1.5)); // a float32 operand
    expect([x.dtype, x.t().tolist()]).toEqual(["float16", expect.anything()]);
    expect([...x.dataSync()]).toEqual([0, 1.5, 0, 0, 1.5, 0]);
  });

  test("is saved as it is", async () => {
    const { x } = deserialize(await serialize({ x: half([0.1, -65504, Number.NaN]) }));
    expect([x?.dtype, [...(x as Tensor).dataSync()]]).toEqual(["float16", [0.0999755859375, -65504, Number.NaN]]);
  });
});
