import { setDefaultDevice } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { expect, it } from "vitest";
import { header } from "./header.ts";
import { models } from "./models.ts";
import { type Options, readOptions } from "./options.ts";
import { classTable } from "./report.ts";

const note = " (drawn digits, not MNIST)";

it("tells which digits were opened, not which were asked for", () => {
  const device = reference();
  setDefaultDevice(device);
  const lines = header(readOptions(["--model", "mlp", "--seed", "3"]) as Options, device, models.mlp(), "synthetic", note).split("\n");
  expect(lines[1]).toBe("model mlp (407,050 parameters) · backend reference · seed 3");
  expect(lines[2]).toBe("data synthetic (drawn digits, not MNIST) · 4 epochs · batch size 64 · learning rate 0.002");
});

it("labels the scores per digit", () => {
  const counts = [
    [99, 1],
    [0, 50],
  ];
  expect(classTable(counts, ["0", "1"], note).split("\n")).toEqual([
    "accuracy per digit (drawn digits, not MNIST); bars from 90 % to 100 %",
    `  0   99.00 %  ${"█".repeat(18)}`,
    `  1  100.00 %  ${"█".repeat(20)}`,
  ]);
});
