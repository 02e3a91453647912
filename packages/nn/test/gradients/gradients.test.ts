// Gradients and second derivatives of every module that the package exports, against central differences in float64.
import { manualSeed, setDefaultDevice } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import * as nn from "../../src/index.ts";
import { checkGradients } from "../check-gradients.ts";
import { layers } from "./layers.ts";
import { losses } from "./losses.ts";

/** Modules that compute nothing themselves. */
const computeNothing: Readonly<Record<string, string>> = {
  Module: "what the others extend",
  ModuleList: "holds modules that a model calls",
  ModuleDict: "holds modules that a model calls",
  ParameterList: "holds parameters that a model uses",
  ParameterDict: "holds parameters that a model uses",
};

beforeAll(() => {
  setDefaultDevice(reference());
});

test("every module has a row, and every row is a module", () => {
  const isModule = (value: unknown): boolean => value === nn.Module || (value as { prototype?: unknown })?.prototype instanceof nn.Module;
  const exported = Object.entries(nn).flatMap(([name, value]) => (isModule(value) ? [name] : []));
  expect([...Object.keys(layers), ...Object.keys(losses), ...Object.keys(computeNothing)].sort()).toEqual(exported.sort());
});

describe.each(Object.entries({ ...layers, ...losses }))("%s", (name, rows) => {
  test("gradients and second derivatives", async () => {
    manualSeed(1);
    for (const { module, inputs, run } of rows()) {
      expect(module.constructor.name).toBe(name);
      await checkGradients(module, inputs, run);
    }
  });
});
