// CTC against its definition: the sum over all paths of frames that collapse to the labels.
import { gradcheck, gradgradcheck } from "@gradkit/autograd";
import { Generator, logSoftmax, randn, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { CTCLoss } from "../index.ts";
import { ctcLoss } from "./ctc.ts";

beforeAll(() => setDefaultDevice(reference()));

const [FRAMES, CLASSES] = [4, 3];
const frames = (): Tensor => logSoftmax(randn([FRAMES, 1, CLASSES], { generator: new Generator(3) }), 2);
const ints = (list: number[]): Tensor => tensor(list, { dtype: "int32" });

/** Repeats merged, then blanks dropped. */
const collapse = (path: readonly number[], blank: number): number[] =>
  path.filter((label, t) => label !== path[t - 1]).filter((label) => label !== blank);

function byEnumeration(logProbs: Tensor, count: number, labels: readonly number[], blank: number): number {
  const data = logProbs.dataSync();
  let total = 0;
  for (let code = 0; code < CLASSES ** count; code++) {
    const path = Array.from({ length: count }, (_, t) => Math.floor(code / CLASSES ** t) % CLASSES);
    if (collapse(path, blank).join() !== labels.join()) continue;
    total += Math.exp(path.reduce((sum, label, t) => sum + (data[t * CLASSES + label] as number), 0));
  }
  return -Math.log(total);
}

describe("equals the sum over all alignments", () => {
  test.each([
    [[1], 4, 0],
    [[1, 2], 4, 0],
    [[1, 1], 4, 0],
    [[2, 2], 3, 0],
    [[], 4, 0],
    [[], 0, 0],
    [[1, 0, 1], 4, 2],
    [[1, 1, 1], 4, 0],
    [[1], 0, 0],
  ] as const)("labels %j in %i frames, blank %i", (labels, count, blank) => {
    const x = frames();
    const expected = byEnumeration(x, count, labels, blank);
    const targets = tensor([...labels, 7], { dtype: "int32" }); // what lies behind the end does not matter
    const got = ctcLoss(x, targets.view(1, -1), [count], [labels.length], { blank, reduction: "none" }).itemSync();
    if (Number.isFinite(expected)) expect(got).toBeCloseTo(expected, 5);
    else expect(got).toBe(expected);
  });
});

test("rows are independent, whichever way labels and lengths are given", () => {
  const x = logSoftmax(randn([5, 2, 4], { generator: new Generator(1) }), 2);
  const row = (i: number, labels: number[], count: number): number =>
    ctcLoss(x.select(1, i), ints(labels), count, labels.length, { reduction: "none" }).itemSync();
  const expected = [row(0, [3, 1, 1], 5), row(1, [2], 3)];
  const padded = ctcLoss(x, tensor([[3, 1, 1], [2, 0, 0]], { dtype: "int32" }), [5, 3], [3, 1], { reduction: "none" }); // biome-ignore format: rows
  const joined = ctcLoss(x, ints([3, 1, 1, 2]), ints([5, 3]), ints([3, 1]), { reduction: "none" });
  for (const losses of [padded, joined]) losses.dataSync().forEach((loss, i) => void expect(loss).toBeCloseTo(expected[i] as number, 5));
});

test("gradients and second derivatives, through logSoftmax", async () => {
  const logits = randn([4, 2, 3], { generator: new Generator(2), requiresGrad: true });
  const loss = (x: Tensor): Tensor =>
    ctcLoss(logSoftmax(x, 2), tensor([[1, 1], [2, 0]], { dtype: "int32" }), [4, 3], [2, 1], { reduction: "none" }); // biome-ignore format: rows
  expect(await gradcheck(loss, [logits], { atol: 1e-7, rtol: 1e-5 })).toBe(true);
  expect(await gradgradcheck(loss, [logits], { atol: 1e-6, rtol: 1e-4 })).toBe(true);
});

test("extremes: certain frames, impossible labels, and neither gives NaN", () => {
  const logits = tensor([[[1e4, 0, -1e4]], [[-1e4, 1e4, 0]], [[1e4, -1e4, 0]]], { requiresGrad: true }); // biome-ignore format: frames
  const lossOf = (labels: number[], zeroInfinity = false): Tensor =>
    new CTCLoss({ zeroInfinity }).call(logSoftmax(logits, 2), ints(labels), [3], [labels.length]);
  const certain = lossOf([1]);
  certain.backward();
  expect(certain.itemSync()).toBe(0);
  expect([...(logits.grad as unknown as Tensor).dataSync()].every((g) => g === 0)).toBe(true);
  logits.grad = null;
  const unlikely = lossOf([2, 2]);
  unlikely.backward();
  expect(unlikely.itemSync()).toBe((2e4 + 2e4 + 1e4) / 2);
  expect([...(logits.grad as unknown as Tensor).dataSync()].every(Number.isFinite)).toBe(true);
  logits.grad = null;
  expect(lossOf([2, 2, 1]).itemSync()).toBe(Number.POSITIVE_INFINITY);
  const zeroed = lossOf([2, 2, 1], true);
  zeroed.backward();
  expect(zeroed.itemSync()).toBe(0);
  expect([...(logits.grad as unknown as Tensor).dataSync()].every((g) => g === 0)).toBe(true);
});

test("messages", () => {
  const message = (fn: () => unknown): string => {
    try {
      fn();
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  const x = frames();
  expect([
    message(() => ctcLoss(x, ints([1, 2]), [5], [2])),
    message(() => ctcLoss(x, ints([1, 2]), [4], [3])),
    message(() => ctcLoss(x, ints([1, 2]), [4, 4], [2])),
    message(() => ctcLoss(x, ints([1, 2]), [4], [2], { blank: 3 })),
    message(() => ctcLoss(x, x, [4], [2])),
    message(() => ctcLoss(x.select(0, 0).select(0, 0), ints([1]), [4], [2])),
  ]).toMatchInlineSnapshot(`
    [
      "ctcLoss: inputLengths must be whole numbers from 0 to 4 (got 5)",
      "ctcLoss: targetLengths must be whole numbers from 0 to 2 (got 3)",
      "ctcLoss: expected 1 inputLengths (got 2)",
      "ctcLoss: blank 3 is not among 3 classes",
      "ctcLoss: logProbs must be floats and targets whole numbers (got float32 and float32)",
      "ctcLoss: expected logProbs [T, N, C] or [T, C] (got [3])",
    ]
  `);
});
