// The expected texts are PyTorch's own, from its documentation and from the algorithm of torch/_tensor_str.py worked by hand.
import { describe, expect, it } from "vitest";
import type { DType } from "./dtype.ts";
import { inspectTensor, printTensor } from "./print.ts";
import type { Tensor } from "./tensor.ts";
import { numel } from "./view.ts";

interface Options {
  dtype?: DType;
  device?: string;
  gradFn?: { name: string };
  requiresGrad?: boolean;
}

function print(
  data: ArrayLike<number>,
  shape: readonly number[] = [data.length],
  { dtype = "float32", device = "cpu", gradFn, requiresGrad = false }: Options = {},
) {
  expect(data.length).toBe(numel(shape));
  const values = dtype === "float32" ? new Float32Array(data) : data;
  return printTensor({ shape, dtype, device: { name: device }, gradFn: gradFn ?? null, requiresGrad } as unknown as Tensor, values);
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const lines = (...text: string[]): string => text.join("\n");

describe("floats", () => {
  it("writes four decimals", () => {
    expect(print([0.1, 0.2, 0.3])).toBe("tensor([0.1000, 0.2000, 0.3000])");
  });
  it("aligns negative and longer numbers", () => {
    expect(print([-1.5, 22.25, 3])).toBe("tensor([-1.5000, 22.2500,  3.0000])");
  });
  it("writes whole numbers with a point", () => {
    expect(print([1, 2, 3])).toBe("tensor([1., 2., 3.])");
  });
  it("aligns whole numbers", () => {
    expect(print([-1, 20, 300])).toBe("tensor([ -1.,  20., 300.])");
  });
  it("writes zeros", () => {
    expect(print([0, 0, 0, 0, 0, 0], [2, 3])).toBe(lines("tensor([[0., 0., 0.],", "        [0., 0., 0.]])"));
  });
  it("keeps the sign of zero", () => {
    expect(print([-0, 0.5])).toBe("tensor([-0.0000, 0.5000])");
    expect(print([-0])).toBe("tensor([-0.])");
  });
  it("does not measure zeros: a −0 may stick out", () => {
    expect(print([-0, 1])).toBe("tensor([-0., 1.])");
  });
  it("breaks ties to even, as Python's format", () => {
    expect(print([0.03125, 0.09375, -0.03125, 1.15625])).toBe("tensor([ 0.0312,  0.0938, -0.0312,  1.1562])");
  });
  it("rounds the float32, not the number that was written", () => {
    expect(print([1.00005, 2.00005])).toBe("tensor([1.0000, 2.0001])"); // 1.00004994… and 2.00005006… in float32
  });
  it("prints a scalar", () => {
    expect(print([Math.PI], [])).toBe("tensor(3.1416)");
    expect(print([5], [])).toBe("tensor(5.)");
    expect(print([-0.5], [])).toBe("tensor(-0.5000)");
  });
});

describe("scientific notation", () => {
  it("beyond a ratio of 1000", () => {
    expect(print([0.001, 1.5])).toBe("tensor([1.0000e-03, 1.5000e+00])");
    expect(print([0.0015, 1.5])).toBe("tensor([0.0015, 1.5000])"); // the ratio is 999.99998 in float32
  });
  it("for whole numbers too", () => {
    expect(print([1, 1001])).toBe("tensor([1.0000e+00, 1.0010e+03])");
    expect(print([1, 1000])).toBe("tensor([   1., 1000.])");
  });
  it("above 1e8", () => {
    expect(print([1e8])).toBe("tensor([100000000.])");
    expect(print([2e8])).toBe("tensor([2.0000e+08])");
  });
  it("below 1e-4", () => {
    expect(print([0.00005])).toBe("tensor([5.0000e-05])");
    expect(print([0.0002])).toBe("tensor([0.0002])");
  });
  it("aligns signs, zeros, NaN and infinities", () => {
    expect(print([-1e-5, 2, 0, Number.NaN, -Infinity])).toBe("tensor([-1.0000e-05,  2.0000e+00,  0.0000e+00,         nan,        -inf])");
  });
  it("writes two digits of exponent, or three", () => {
    expect(print([1e-30, 1e30])).toBe("tensor([1.0000e-30, 1.0000e+30])");
    expect(print([1e-300, 1], [2], { dtype: "float64" })).toBe("tensor([1.0000e-300,  1.0000e+00], dtype=float64)");
  });
  it("breaks ties to even", () => {
    expect(print([1, 103125, 109375])).toBe("tensor([1.0000e+00, 1.0312e+05, 1.0938e+05])");
  });
});

describe("NaN and infinities", () => {
  it("have no say in the width", () => {
    expect(print([1, Number.NaN, Infinity])).toBe("tensor([1., nan, inf])");
    expect(print([Number.NaN])).toBe("tensor([nan])");
    expect(print([Number.NaN], [])).toBe("tensor(nan)");
    expect(print([-Infinity, 0])).toBe("tensor([-inf, 0.])");
  });
  it("are aligned with longer numbers", () => {
    expect(print([0.5, Number.NaN, Infinity, -Infinity])).toBe("tensor([0.5000,    nan,    inf,   -inf])");
  });
});

describe("whole numbers and bools", () => {
  const int: Options = { dtype: "int32" };
  it("aligns integers", () => {
    expect(print([1, 2, 3], [3], int)).toBe("tensor([1, 2, 3])");
    expect(print([1, -20, 300], [3], int)).toBe("tensor([  1, -20, 300])");
    expect(print([7], [], int)).toBe("tensor(7)");
  });
  it("names dtypes other than the default ones", () => {
    expect(print([255, 0], [2], { dtype: "uint8" })).toBe("tensor([255,   0], dtype=uint8)");
    expect(print([1.5], [1], { dtype: "float64" })).toBe("tensor([1.5000], dtype=float64)");
    expect(print([1.5], [1], { dtype: "float16" })).toBe("tensor([1.5000], dtype=float16)");
  });
  it("writes bools as Python does", () => {
    expect(print([1, 0], [2], { dtype: "bool" })).toBe("tensor([ True, False])");
    expect(print([1, 1], [2], { dtype: "bool" })).toBe("tensor([True, True])");
    expect(print([0], [], { dtype: "bool" })).toBe("tensor(False)");
  });
});

describe("layout", () => {
  it("puts rows under each other", () => {
    expect(print([1, 2, 3, 4, 5, 6.5], [3, 2])).toBe(
      lines("tensor([[1.0000, 2.0000],", "        [3.0000, 4.0000],", "        [5.0000, 6.5000]])"),
    );
  });
  it("puts a blank line between matrices", () => {
    expect(print(range(8), [2, 2, 2], { dtype: "int32" })).toBe(
      lines("tensor([[[0, 1],", "         [2, 3]],", "", "        [[4, 5],", "         [6, 7]]])"),
    );
  });
  it("puts two between volumes", () => {
    expect(print([1, 2], [2, 1, 1, 1])).toBe(lines("tensor([[[[1.]]],", "", "", "        [[[2.]]]])"));
  });
  it("wraps long rows at 80 characters", () => {
    expect(print(range(20).map((i) => i + 0.5))).toBe(
      lines(
        "tensor([ 0.5000,  1.5000,  2.5000,  3.5000,  4.5000,  5.5000,  6.5000,  7.5000,",
        "         8.5000,  9.5000, 10.5000, 11.5000, 12.5000, 13.5000, 14.5000, 15.5000,",
        "        16.5000, 17.5000, 18.5000, 19.5000])",
      ),
    );
  });
  it("prints up to 1000 elements", () => {
    expect(print(range(1000), [1000], { dtype: "int32" })).not.toContain("...");
  });
  it("shows the edges of more", () => {
    expect(print(range(1001), [1001], { dtype: "int32" })).toBe("tensor([   0,    1,    2,  ...,  998,  999, 1000])");
  });
  it("takes the format from what is shown", () => {
    const data = range(2000).map((i) => (i === 1000 ? 1e9 : 0.5));
    expect(print(data)).toBe("tensor([0.5000, 0.5000, 0.5000,  ..., 0.5000, 0.5000, 0.5000])");
  });
  it("shows the corners of matrices", () => {
    expect(print(range(10000), [100, 100], { dtype: "int32" })).toBe(
      lines(
        "tensor([[   0,    1,    2,  ...,   97,   98,   99],",
        "        [ 100,  101,  102,  ...,  197,  198,  199],",
        "        [ 200,  201,  202,  ...,  297,  298,  299],",
        "        ...,",
        "        [9700, 9701, 9702,  ..., 9797, 9798, 9799],",
        "        [9800, 9801, 9802,  ..., 9897, 9898, 9899],",
        "        [9900, 9901, 9902,  ..., 9997, 9998, 9999]])",
      ),
    );
  });
  it("shows the corners of batches, short dims in full", () => {
    expect(print(new Array(1400).fill(1), [7, 2, 100])).toBe(
      lines(
        "tensor([[[1., 1., 1.,  ..., 1., 1., 1.],",
        "         [1., 1., 1.,  ..., 1., 1., 1.]],",
        "",
        "        [[1., 1., 1.,  ..., 1., 1., 1.],",
        "         [1., 1., 1.,  ..., 1., 1., 1.]],",
        "",
        "        [[1., 1., 1.,  ..., 1., 1., 1.],",
        "         [1., 1., 1.,  ..., 1., 1., 1.]],",
        "",
        "        ...,",
        "",
        "        [[1., 1., 1.,  ..., 1., 1., 1.],",
        "         [1., 1., 1.,  ..., 1., 1., 1.]],",
        "",
        "        [[1., 1., 1.,  ..., 1., 1., 1.],",
        "         [1., 1., 1.,  ..., 1., 1., 1.]],",
        "",
        "        [[1., 1., 1.,  ..., 1., 1., 1.],",
        "         [1., 1., 1.,  ..., 1., 1., 1.]]])",
      ),
    );
  });
});

describe("suffixes", () => {
  it("tell the shape of nothing", () => {
    expect(print([])).toBe("tensor([])");
    expect(print([], [0, 3])).toBe("tensor([], size=(0, 3))");
    expect(print([], [0], { dtype: "int32" })).toBe("tensor([], dtype=int32)");
    expect(print([], [2, 0], { dtype: "bool" })).toBe("tensor([], size=(2, 0), dtype=bool)");
  });
  it("tell who made it, or that it asks for gradients", () => {
    expect(print([1], [1], { requiresGrad: true })).toBe("tensor([1.], requires_grad=True)");
    expect(print([1], [1], { requiresGrad: true, gradFn: { name: "AddBackward0" } })).toBe("tensor([1.], grad_fn=<AddBackward0>)");
  });
  it("tell the device, first", () => {
    expect(print([1], [], { device: "webgpu", requiresGrad: true })).toBe("tensor(1., device='webgpu', requires_grad=True)");
    expect(print([1], [], { device: "reference" })).toBe("tensor(1.)");
  });
  it("go to a line of their own beyond 80 characters", () => {
    const row = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
    expect(print(row, [7], { requiresGrad: true })).toBe(
      lines("tensor([0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000],", "       requires_grad=True)"),
    );
    expect(print(row.slice(1), [6], { requiresGrad: true })).toBe(
      "tensor([0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000], requires_grad=True)",
    );
  });
  it("measure the last line only", () => {
    expect(
      print(
        range(8).map((i) => i / 2),
        [4, 2],
        { requiresGrad: true },
      ),
    ).toMatch(/\[3\.0000, 3\.5000\]\], requires_grad=True\)$/);
  });
});

describe("inspectTensor", () => {
  const gpu = { name: "webgpu", capabilities: { syncRead: false } };
  it("does not wait for a device", () => {
    expect(inspectTensor({ shape: [2, 3], dtype: "float32", device: gpu, released: false } as unknown as Tensor)).toBe(
      "tensor([2, 3] float32 on webgpu. Print its values with await x.print())",
    );
  });
  it("tells of a released tensor", () => {
    const released = {
      shape: [2],
      dtype: "int32",
      released: true,
      get device() {
        throw new Error("released");
      },
    };
    expect(inspectTensor(released as unknown as Tensor)).toBe("tensor([2] int32, released)");
  });
  it("says why values cannot be read", () => {
    const tensor = {
      shape: [1],
      dtype: "uint8",
      numel: 1,
      released: false,
      isContiguous: true,
      device: {
        name: "cpu",
        capabilities: { syncRead: true },
        readSync: () => {
          throw new Error("the device is lost");
        },
      },
    };
    expect(inspectTensor(tensor as unknown as Tensor)).toBe("tensor([1] uint8 on cpu, unreadable. the device is lost)");
  });
});
