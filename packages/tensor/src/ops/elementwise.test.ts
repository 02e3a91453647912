// A row of the table that no user can import, or a name without a row, shows here.
import { expect, test } from "vitest";
import { binary, ternary, unary } from "../formula/table.ts";
import * as tensorPackage from "../index.ts";
import { Tensor } from "../index.ts";
import * as arithmetic from "./arithmetic.ts";
import * as elementwise from "./elementwise.ts";

const rows = Object.keys({ ...unary, ...binary, ...ternary });

test("every row is a function of the package, once", () => {
  const withOptions = Object.keys(arithmetic);
  const expected = rows.filter((name) => !withOptions.includes(name));
  expect(Object.keys(elementwise).sort()).toEqual(expected.sort());
  expect(rows.filter((name) => !(name in tensorPackage))).toEqual([]);
});

test("every row is a method, and one in place", () => {
  expect(rows.filter((name) => !(name in Tensor.prototype && `${name}_` in Tensor.prototype))).toEqual([]);
});
