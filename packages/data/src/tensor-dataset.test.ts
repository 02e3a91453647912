import { IndexError, ShapeError, tensor } from "@gradkit/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { useReferenceDevice } from "../test/reference-device.ts";
import { TensorDataset } from "./tensor-dataset.ts";

beforeAll(useReferenceDevice);

describe("TensorDataset", () => {
  it("refuses tensors of different lengths, and scalars", () => {
    expect(() => new TensorDataset(tensor([1, 2]), tensor([1]))).toThrow(ShapeError);
    expect(() => new TensorDataset(tensor([1, 2]), tensor([1]))).toThrow(
      "TensorDataset: the first dims differ (got [2], [1]). Every tensor is [N, ...]",
    );
    expect(() => new TensorDataset(tensor(1))).toThrow(ShapeError);
  });

  it("refuses an index beyond its length", () => {
    const rows = new TensorDataset(tensor([1, 2]));
    expect(() => rows.get(2)).toThrow(IndexError);
    expect(() => rows.get(-1)).toThrow("TensorDataset.get: index -1 is not in 0..1");
  });
});
