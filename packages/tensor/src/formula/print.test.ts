import { expect, it } from "vitest";
import { add, cast, div, exp, gt, mul, neg, select, sub } from "./build.ts";
import { sigmoid } from "./functions.ts";
import { formula, index, input, scalar } from "./nodes.ts";
import { printFormula } from "./print.ts";

const x = input(0, "float");

it("prints formulas", () => {
  const shared = exp(neg(x));
  const text = printFormula(
    formula(
      ["float"],
      ["float"],
      [mul(x, sigmoid(x)), div(shared, add(1, shared)), select(gt(x, 0), sub(x, scalar(0, "float")), cast(index, "float"))],
    ),
  );
  expect(text).toMatchInlineSnapshot(`
    "t0 = exp(neg(x0))
    y0 = x0 * sigmoid(x0)
    y1 = t0 / (1 + t0)
    y2 = (0 < x0) ? (x0 - s0) : float(index)"
  `);
});

it("names no output and no input twice", () => {
  expect(printFormula(formula(["float"], [], [x, x]))).toBe("y0 = x0\ny1 = x0");
});
