import { setDefaultDevice, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { parseProblem } from "./problem.ts";

beforeAll(() => setDefaultDevice(reference()));

const x = [0.5, -1.5, 2];
test.each([
  ["x => sum(log(cosh(x-0.5))) + 0.1*sum(x**2)", x.reduce((s, v) => s + Math.log(Math.cosh(v - 0.5)) + 0.1 * v ** 2, 0)],
  ["x => sum(100*(x[1:]-x[:-1]**2)**2 + (1-x[:-1])**2)", 100 * ((-1.5 - 0.25) ** 2 + (2 - 2.25) ** 2) + 0.5 ** 2 + 2.5 ** 2],
  ["x => -x[0]**2 / 4 - x[2]", -(0.5 ** 2) / 4 - 2],
])("%s", async (text, expected) => {
  expect(await parseProblem(text)(tensor(x)).item()).toBeCloseTo(expected, 4);
});

test("what cannot be read is named", () => {
  expect(() => parseProblem("x => sum(x) + y")(tensor(x))).toThrow('cannot read the problem at "');
});
