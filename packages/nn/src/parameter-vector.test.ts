// A model's numbers as one vector: there and back, and differentiable on the way there.
import { arange, setDefaultDevice, type Tensor, zeros } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { Linear, parametersToVector, vectorToParameters } from "./index.ts";

beforeAll(() => setDefaultDevice(reference()));

const values = (x: Tensor): number[] => [...x.dataSync()];

test("there and back", () => {
  const parameters = new Linear(2, 3).parameters();
  vectorToParameters(arange(9, { dtype: "float32" }), parameters);
  expect(parameters.map(values)).toEqual([[0, 1, 2, 3, 4, 5], [6, 7, 8]]); // biome-ignore format: lists
  expect(parameters.every(({ isLeaf, requiresGrad }) => isLeaf && requiresGrad)).toBe(true);
  const vector = parametersToVector(parameters);
  expect(values(vector)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  vector.square().sum().backward();
  expect(values(parameters[1]?.grad as Tensor)).toEqual([12, 14, 16]);
});

test("a vector that does not fit changes nothing", () => {
  const parameters = new Linear(2, 3).parameters();
  const before = parameters.map(values);
  expect(() => vectorToParameters(zeros([8]), parameters)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: vectorToParameters: the parameters hold 9 numbers (got a vector of shape [8])]`,
  );
  expect(parameters.map(values)).toEqual(before);
});
