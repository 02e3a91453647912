// What a user reads after a mistake with shapes, dims and indices.
import { beforeAll, expect, it } from "vitest";
import { cat, setDefaultDevice, stack, type Tensor, tensor, where, zeros } from "../src/index.ts";
import { reference } from "../src/testing/index.ts";

beforeAll(() => setDefaultDevice(reference()));

const x = (): Tensor => zeros([2, 3]);
const mistakes: (() => unknown)[] = [
  () => x().add(zeros([2, 4])),
  () => where(x().gt(0), x(), zeros([4])),
  () => x().matmul(zeros([2, 2])),
  () => x().view(4, 2),
  () => x().t().view(6),
  () => x().expand([4, 3]),
  () => x().permute(0, 0),
  () => x().unsqueeze(5),
  () => x().sum(2),
  () => cat([x(), zeros([3, 2])], 1),
  () => stack([x(), zeros([3, 2])]),
  () => tensor([[1, 2], [3]]),
  () => x().at(2),
  () => x().at(tensor([0, 5], { dtype: "int32" })),
  () => x().gather(1, tensor([[0, 5]], { dtype: "int32" })),
  () => x().gather(1, tensor([[0.5]])),
  () => x().itemSync(),
];

const message = (fn: () => unknown): string => {
  try {
    return `no error, but ${fn()}`;
  } catch (error) {
    return String(error);
  }
};

it("says what was wrong, with which shapes, and what would be right", () => {
  expect(`\n${mistakes.map(message).join("\n")}\n`).toMatchInlineSnapshot(`
    "
    ShapeError: add: sizes differ at dim 1: 3 vs 4 (got [2, 3] and [2, 4]). Sizes must be equal, or one of them 1
    ShapeError: where: sizes differ at dim 1: 3 vs 4 (got [2, 3] and [4]). Sizes must be equal, or one of them 1
    ShapeError: matmul: inner sizes differ: 3 vs 2 (got [2, 3] and [2, 2]). a is [M, K], b is [K, N]
    ShapeError: view: [4, 2] does not hold 6 elements (got [2, 3]). The sizes must multiply to 6; one of them may be -1
    ShapeError: view: strides [1, 3] of [3, 2] do not allow a view as [6]. Use reshape(…)
    ShapeError: expand: [2, 3] does not expand to [4, 3]. Only sizes of 1, and new dims in front, can grow
    ShapeError: permute: dims [0, 0] are not an order of the 2 dims
    IndexError: unsqueeze: dim 5 is out of range for rank 3. Dims are -3 … 2
    IndexError: sum: dim 2 is out of range for rank 2. Dims are -2 … 1
    ShapeError: cat: all sizes but dim 1 must agree (got [2, 3], [3, 2])
    ShapeError: stack: shapes must be equal (got [2, 3] and [3, 2])
    ShapeError: tensor: nested arrays are ragged: expected 2 items at depth 1
    IndexError: at: index 2 is out of range for dim 0 of size 2 (got [2, 3])
    IndexError: at: index 5 is out of range for dim 0 of size 2 (got indices [2])
    IndexError: gather: index 5 is out of range for a dim of size 3 (got indices [1, 2])
    DTypeError: gather: indices must be whole numbers (got float32). Convert with .to("int32")
    ShapeError: item: a tensor with 6 elements is not one number (got [2, 3]). Use data() or tolist()
    "
  `);
});
