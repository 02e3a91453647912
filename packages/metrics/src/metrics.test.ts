// The examples of scikit-learn's documentation and numbers worked out by hand, each in one batch and in several.

import { cpu } from "@gradkit/backend-cpu";
import { arange, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import {
  Accuracy,
  AUROC,
  ConfusionMatrix,
  F1Score,
  MeanAbsoluteError,
  MeanSquaredError,
  type Metric,
  Perplexity,
  Precision,
  R2Score,
  Recall,
} from "./index.ts";

const ints = (values: readonly number[]): Tensor => tensor([...values], { dtype: "int32" });

/** The value over all rows, and over the rows in batches of two; both must agree. */
async function streamed<V>(metric: Metric<V>, preds: Tensor, target: Tensor): Promise<V> {
  metric.update(preds, target);
  const whole = await metric.compute();
  metric.reset();
  const rows = target.shape[0] as number;
  for (let start = 0; start < rows; start += 2) {
    const length = Math.min(2, rows - start);
    metric.update(preds.narrow(0, start, length), target.narrow(0, start, length));
  }
  const parts = await metric.compute();
  if (typeof whole === "number")
    expect(parts).toBeCloseTo(whole, 6); // float32 sums, in another order
  else expect(parts).toEqual(whole);
  return whole;
}

describe.each(["reference", "cpu"])("%s", (name) => {
  beforeAll(async () => setDefaultDevice(name === "cpu" ? await cpu() : reference()));

  const actual = (): Tensor => ints([0, 1, 2, 0, 1, 2]);
  const predicted = (): Tensor => ints([0, 2, 1, 0, 0, 1]);

  test.each([
    ["micro", 1 / 3, 1 / 3, 1 / 3],
    ["macro", 2 / 9, 1 / 3, 0.8 / 3],
    ["weighted", 2 / 9, 1 / 3, 0.8 / 3],
  ] as const)("precision, recall and F1, %s", async (average, precision, recall, f1) => {
    expect(await streamed(new Precision(3, { average }), predicted(), actual())).toBeCloseTo(precision, 12);
    expect(await streamed(new Recall(3, { average }), predicted(), actual())).toBeCloseTo(recall, 12);
    expect(await streamed(new F1Score(3, { average }), predicted(), actual())).toBeCloseTo(f1, 12);
  });

  test("one score for each class", async () => {
    expect(await streamed(new Precision(3, { average: "none" }), predicted(), actual())).toEqual([2 / 3, 0, 0]);
    expect(await streamed(new F1Score(3, { average: "none" }), predicted(), actual())).toEqual([0.8, 0, 0]);
  });

  test("weights differ from the plain mean where classes do, and absent classes do not enter it", async () => {
    const [preds, target] = [ints([0, 0, 0, 1]), ints([0, 0, 1, 1])]; // of four classes
    expect(await streamed(new Recall(4, { average: "macro" }), preds, target)).toBeCloseTo(0.75, 12);
    expect(await streamed(new Precision(4, { average: "macro" }), preds, target)).toBeCloseTo(5 / 6, 12);
    const uneven = ints([0, 0, 0, 1]);
    expect(await streamed(new Recall(4, { average: "weighted" }), ints([0, 0, 1, 1]), uneven)).toBeCloseTo(0.75, 12);
    expect(await streamed(new Recall(4, { average: "macro" }), ints([0, 0, 1, 1]), uneven)).toBeCloseTo((2 / 3 + 1) / 2, 12);
  });

  test("balanced accuracy is the mean over classes", async () => {
    const metric = new Accuracy(2, { average: "macro" });
    expect(await streamed(metric, ints([0, 1, 0, 0, 0, 1]), ints([0, 1, 0, 0, 1, 0]))).toBeCloseTo(0.625, 12);
  });

  const scores = (): Tensor =>
    tensor([
      [0.5, 0.2, 0.2],
      [0.3, 0.4, 0.2],
      [0.2, 0.4, 0.3],
      [0.7, 0.2, 0.1],
    ]);

  test("accuracy of scores, top 1, 2 and 3", async () => {
    const target = ints([0, 1, 2, 2]);
    expect(await streamed(new Accuracy(3), scores(), target)).toBe(0.5);
    expect(await streamed(new Accuracy(3, { topK: 2 }), scores(), target)).toBe(0.75);
    expect(await streamed(new Accuracy(3, { topK: 2, average: "none" }), scores(), target)).toEqual([1, 1, 0.5]);
    expect(await streamed(new Accuracy(3, { topK: 3 }), scores(), target)).toBe(1);
  });

  test("scores may have more dims, and targets may be ignored", async () => {
    const preds = scores().reshape(2, 2, 3).movedim(-1, 1); // [N, C, 2]
    const target = ints([0, 1, -100, 2]).reshape(2, 2);
    expect(await streamed(new Accuracy(3, { ignoreIndex: -100 }), preds, target)).toBeCloseTo(2 / 3, 12);
    expect(await streamed(new Accuracy(3, { ignoreIndex: -100, topK: 2 }), preds, target)).toBeCloseTo(2 / 3, 12);
    expect(await streamed(new ConfusionMatrix(3, { ignoreIndex: -100 }), preds, target)).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });

  test("confusion matrix", async () => {
    const [preds, target] = [ints([0, 0, 2, 2, 0, 2]), ints([2, 0, 2, 2, 0, 1])];
    const counts = [
      [2, 0, 0],
      [0, 0, 1],
      [1, 0, 2],
    ];
    expect(await streamed(new ConfusionMatrix(3), preds, target)).toEqual(counts);
    expect(await streamed(new ConfusionMatrix(3, { normalize: "true" }), preds, target)).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [1 / 3, 0, 2 / 3],
    ]);
    expect(await streamed(new ConfusionMatrix(3, { normalize: "pred" }), preds, target)).toEqual([
      [2 / 3, 0, 0],
      [0, 0, 1 / 3],
      [1 / 3, 0, 2 / 3],
    ]);
    expect(await streamed(new ConfusionMatrix(3, { normalize: "all" }), preds, target)).toEqual(counts.map((row) => row.map((x) => x / 6)));
  });

  test("ROC-AUC of two classes, ties counting half", async () => {
    expect(await streamed(new AUROC(), tensor([0.1, 0.4, 0.35, 0.8]), ints([0, 0, 1, 1]))).toBe(0.75);
    expect(await streamed(new AUROC(), tensor([0.5, 0.5, 0.5, 0.9]), ints([0, 1, 0, 1]))).toBe(0.75);
    expect(await streamed(new AUROC(), tensor([0.5, 0.6]), ints([1, 1]))).toBe(0);
    const scores = tensor([0.1, 0.9, 0.4, 0.35, 0.8]);
    expect(await streamed(new AUROC({ ignoreIndex: -1 }), scores, ints([0, -1, 0, 1, 1]))).toBe(0.75);
  });

  test("ROC-AUC of each class against the rest", async () => {
    const [preds, target] = [scores(), ints([0, 1, 2, 2])];
    expect(await streamed(new AUROC({ numClasses: 3, average: "none" }), preds, target)).toEqual([2 / 3, 5 / 6, 0.5]);
    expect(await streamed(new AUROC({ numClasses: 3 }), preds, target)).toBeCloseTo(2 / 3, 12);
    expect(await streamed(new AUROC({ numClasses: 3, average: "weighted" }), preds, target)).toBeCloseTo((2 / 3 + 5 / 6 + 2 * 0.5) / 4, 12);
  });

  test("errors of regression", async () => {
    const [preds, target] = [tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7])];
    expect(await streamed(new MeanSquaredError(), preds, target)).toBe(0.375);
    expect(await streamed(new MeanSquaredError({ squared: false }), preds, target)).toBeCloseTo(Math.sqrt(0.375), 12);
    expect(await streamed(new MeanAbsoluteError(), preds, target)).toBe(0.5);
    expect(await streamed(new R2Score(), preds, target)).toBeCloseTo(0.9486081370449679, 6); // float32 moments
  });

  test("R² of columns, and of constant targets", async () => {
    const target = tensor([
      [0.5, 1],
      [-1, 1],
      [7, -6],
    ]);
    const preds = tensor([
      [0, 2],
      [-1, 2],
      [8, -5],
    ]);
    expect(await streamed(new R2Score(), preds, target)).toBeCloseTo(0.9368005266622779, 6);
    expect(await streamed(new R2Score({ multioutput: "variance_weighted" }), preds, target)).toBeCloseTo(0.9382566585956417, 6);
    expect(await streamed(new R2Score(), tensor([2, 2, 2]), tensor([2, 2, 2]))).toBe(1);
    expect(await streamed(new R2Score(), tensor([2, 2, 3]), tensor([2, 2, 2]))).toBe(0);
    await expect(new R2Score().compute()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GradkitError: R2Score: needs at least two examples (got 0)]`,
    );
  });

  test("R² of targets far from zero does not cancel", async () => {
    const target = arange(0, 64, 1, { dtype: "float32" }).add(65536);
    expect(await streamed(new R2Score(), target.add(1), target)).toBeCloseTo(1 - 64 / ((64 * (64 * 64 - 1)) / 12), 6);
  });

  test("perplexity is the number of tokens a model hesitates between", async () => {
    const logits = tensor([0, 0, 0, 0]).expand(2, 3, 4);
    const target = ints([0, 1, 2, 3, 0, -100]).reshape(2, 3);
    expect(await streamed(new Perplexity({ ignoreIndex: -100 }), logits, target)).toBeCloseTo(4, 5); // e^x of a float32 loss
    const sure = tensor([[[50, 0, 0, 0]]]);
    expect(await streamed(new Perplexity(), sure, ints([0]).reshape(1, 1))).toBeCloseTo(1, 6);
    expect(await streamed(new Perplexity(), sure, ints([1]).reshape(1, 1))).toBeCloseTo(Math.exp(50), -17); // 1e-6 of e^50
  });

  test("a sum over many batches does not drift", async () => {
    const metric = new MeanAbsoluteError();
    const [far, near, zero] = [tensor([16777216]), tensor([1]), tensor([0])];
    metric.update(far, zero);
    for (let i = 0; i < 100; i++) metric.update(near, zero); // each is lost in float32
    expect((await metric.compute()) * 101).toBeCloseTo(16777316, 6);
  });
});

test("refuses what does not fit", () => {
  const cases = [
    () => new Accuracy(3, { topK: 4 }),
    () => new Precision(1),
    () => new Accuracy(3).update(tensor([[0.1, 0.9]]), ints([1])),
    () => new Accuracy(3).update(ints([1, 2]), ints([1])),
    () => new Accuracy(3).update(ints([1]), tensor([1])),
    () => new AUROC().update(tensor([[0.5]]), ints([1])),
    () => new MeanSquaredError().update(tensor([1, 2]), tensor([[1], [2]])),
    () => new R2Score().update(tensor(1), tensor(1)),
  ];
  const messages = cases.map((run) => {
    try {
      run();
    } catch (error) {
      return String(error);
    }
    return "";
  });
  expect(messages).toMatchInlineSnapshot(`
    [
      "GradkitError: Accuracy: topK must be a whole number from 1 to 3 (got 4)",
      "GradkitError: Precision: numClasses must be a whole number from 2 (got 1)",
      "ShapeError: Accuracy: scores and targets do not fit (got [1, 2] and [1]). Scores are float [N, 3, ...], targets [N, ...]",
      "ShapeError: Accuracy: class numbers and targets differ in shape (got [2] and [1])",
      "DTypeError: Accuracy: targets are class numbers (got float32). Convert with .to("int32")",
      "ShapeError: AUROC: scores and targets do not fit (got [1, 1] and [1]). Scores are [N], targets [N]",
      "ShapeError: MeanSquaredError: predictions and targets differ in shape (got [2] and [2, 1])",
      "ShapeError: R2Score: predictions and targets do not fit (got [] and []). Both are [N] or [N, D]",
    ]
  `);
});
