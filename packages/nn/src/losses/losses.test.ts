// The numbers of losses are held by PyTorch's own, in the golden cases; here, messages and lifetimes.
import { memory, ShapeError, setDefaultDevice, type Tensor, tensor, zeros } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { huberLoss, l1Loss, mseLoss } from "../functional.ts";
import {
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  GaussianNLLLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  MSELoss,
  MultiMarginLoss,
  NLLLoss,
  SmoothL1Loss,
  TripletMarginLoss,
} from "../index.ts";

beforeAll(() => setDefaultDevice(reference()));

const message = (fn: () => unknown): string => {
  try {
    fn();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};
const labels = (list: number[]): Tensor => tensor(list, { dtype: "int32" });

test.each([new MSELoss(), new L1Loss(), new SmoothL1Loss(), new HuberLoss(), new BCEWithLogitsLoss(), new KLDivLoss()])(
  "%s refuses to broadcast",
  (loss) => {
    expect(() => loss.call(zeros([4]), zeros([4, 1]))).toThrow(ShapeError);
  },
);

describe("messages", () => {
  test("say what was expected", () => {
    expect([
      message(() => new MSELoss().call(zeros([4]), zeros([4, 1]))),
      message(() => new CrossEntropyLoss().call(zeros([4, 3]), labels([0, 1]))),
      message(() => new CrossEntropyLoss().call(zeros([4, 3]), zeros([4]))),
      message(() => new CrossEntropyLoss({ weight: zeros([2]) }).call(zeros([1, 3]), labels([0]))),
      message(() => new CrossEntropyLoss({ labelSmoothing: 2 }).call(zeros([1, 3]), labels([0]))),
      message(() => new NLLLoss().call(zeros([2, 3]), labels([0, 3]))),
      message(() => new MSELoss({ reduction: "average" as "mean" }).call(zeros([1]), zeros([1]))),
      message(() => new BCELoss().call(tensor([1.5]), tensor([1]))),
      message(() => new BCELoss().call(tensor([Number.NaN]), tensor([1]))),
      message(() => new CrossEntropyLoss({ ignoreIndex: 0 }).call(zeros([1, 3]), zeros([1, 3]))),
      message(() => new GaussianNLLLoss().call(zeros([1]), zeros([1]), -1)),
      message(() => new MultiMarginLoss({ p: 3 })),
      message(() => new MultiMarginLoss({ weight: zeros([2, 2]) })),
      message(() => new TripletMarginLoss({ margin: 0 })),
    ]).toMatchInlineSnapshot(`
      [
        "mseLoss: input and target must have one shape (got [4] and [4, 1]). Reshape one of them
        in MSELoss()",
        "crossEntropy: target must be [4] (got input [4, 3] and target [2]). input is [N, C, …], target is [N, …]
        in CrossEntropyLoss()",
        "crossEntropy: class indices must be whole numbers (got float32). Convert with .to("int32")
        in CrossEntropyLoss()",
        "crossEntropy: weight must be [3], one factor a class (got [2])
        in CrossEntropyLoss()",
        "crossEntropy: labelSmoothing must be from 0 to 1 (got 2)
        in CrossEntropyLoss()",
        "nllLoss: target 3 is no class (got input [2, 3] and target [2]). Classes are 0 … 2; -100 is ignored
        in NLLLoss()",
        "mseLoss: reduction must be "mean", "sum" or "none" (got "average")
        in MSELoss()",
        "binaryCrossEntropy: an input is no probability from 0 to 1. Take the sigmoid, or binaryCrossEntropyWithLogits
        in BCELoss()",
        "binaryCrossEntropy: an input is no probability from 0 to 1. Take the sigmoid, or binaryCrossEntropyWithLogits
        in BCELoss()",
        "crossEntropy: probabilities have no class to ignore (got ignoreIndex 0)
        in CrossEntropyLoss()",
        "gaussianNllLoss: a variance is negative. Predict its logarithm, or a softplus
        in GaussianNLLLoss()",
        "multiMarginLoss: p must be 1 or 2 (got 3)",
        "MultiMarginLoss: weight must be [C] (got [2, 2])",
        "tripletMarginLoss: margin must be above 0 (got 0)",
      ]
    `);
  });
});

test("functions of differences take a weight for each element", () => {
  const [x, y, weight] = [tensor([1, 2, 5]), tensor([0, 4, 2]), tensor([3, 1, 0])];
  expect(mseLoss(x, y, { weight }).itemSync()).toBeCloseTo((3 * 1 + 4) / 4, 6);
  expect(l1Loss(x, y, { weight }).itemSync()).toBeCloseTo((3 * 1 + 2) / 4, 6);
  expect(huberLoss(x, y, { weight }).itemSync()).toBeCloseTo((3 * 0.5 + 1.5) / 3, 6); // as torch, a plain mean
  expect([...mseLoss(x, y, { weight, reduction: "none" }).dataSync()]).toEqual([3, 4, 0]);
  expect(mseLoss(x, y, { weight, reduction: "sum" }).itemSync()).toBe(7);
  expect(() => mseLoss(x, y, { weight: tensor([1]) })).toThrow(ShapeError);
});

test("one variance for all is a number", () => {
  const [x, y] = [tensor([1, 2]), tensor([0, 4])];
  const wanted = new GaussianNLLLoss({ full: true }).call(x, y, tensor([0.5, 0.5])).itemSync();
  expect(new GaussianNLLLoss({ full: true }).call(x, y, 0.5).itemSync()).toBeCloseTo(wanted, 6);
});

test("rows that are ignored do not count, even where their logits are NaN; the mean of none is NaN", () => {
  const logits = tensor([[1, 2], [Number.NaN, 0]]); // biome-ignore format: a table
  const loss = new CrossEntropyLoss({ ignoreIndex: 7 });
  expect(loss.call(logits, labels([1, 7])).itemSync()).toBeCloseTo(Math.log(1 + Math.exp(-1)), 6);
  expect(loss.call(logits, labels([7, 7])).itemSync()).toBeNaN();
});

test("weights are buffers: they move with the loss", () => {
  const other = reference();
  const loss = new CrossEntropyLoss({ weight: zeros([3]) }).to(other);
  expect(loss.weight?.device).toBe(other);
  expect(Object.keys(loss.stateDict())).toEqual(["weight"]);
});

test("nothing but the loss stays allocated", () => {
  const [logits, targets] = [zeros([8, 3]), labels([0, 1, 2, 0, 1, 2, 0, 1])];
  const before = memory().liveBytes;
  new CrossEntropyLoss({ labelSmoothing: 0.1, weight: null }).call(logits, targets);
  expect(memory().liveBytes - before).toBe(4);
});
