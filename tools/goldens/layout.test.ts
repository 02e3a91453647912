import { setDefaultDevice, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { layoutCall } from "./layout.ts";
import { layoutForward } from "./modules.ts";
import { camelCase } from "./names.ts";
import { Inexpressible } from "./outcome.ts";

beforeAll(() => setDefaultDevice(reference()));

describe("names", () => {
  test.each([
    ["log_softmax", "logSoftmax"],
    ["lerp_", "lerp_"],
    ["clip_grad_norm_", "clipGradNorm_"],
    ["conv_transpose2d", "convTranspose2d"],
    ["T_max", "TMax"],
    ["__getitem__", "at"],
  ])("%s is %s", (python, ours) => expect(camelCase(python)).toBe(ours));
});

describe("arguments", () => {
  const x = "x";
  const rows: [string, string, unknown[], Record<string, unknown>, unknown[]][] = [
    ["a dim stays positional, the rest goes to options", "sum", [x], { dim: 1, keepdim: true }, [x, 1, { keepdim: true }]],
    ["options stand behind a dim that is not given", "sum", [x], { keepdim: true }, [x, undefined, { keepdim: true }]],
    ["positional flags become options", "topk", [x, 3, 0, false], {}, [x, 3, 0, { largest: false }]],
    ["required arguments by keyword become positional", "flip", [x], { dims: [0] }, [x, [0]]],
    ["snake_case options", "nn.functional.leaky_relu", [x], { negative_slope: 0.2 }, [x, { negativeSlope: 0.2 }]],
    ["parameters are positional", "nn.functional.conv2d", [x, "w", null], { stride: 2 }, [x, "w", null, { stride: 2 }]],
    ["a loss's weight is an option", "nn.functional.nll_loss", [x, "t"], { weight: "w" }, [x, "t", { weight: "w" }]],
    ["a dim behind a flag is an option", "unique_consecutive", [x], { return_counts: true, dim: 0 }, [x, { returnCounts: true, dim: 0 }]],
    [
      "None that is torch's default is left out",
      "nn.functional.interpolate",
      [x],
      { size: null, scale_factor: 2 },
      [x, { scaleFactor: 2 }],
    ],
    ["None that is not torch's default stays", "nn.BatchNorm1d", [4], { momentum: null }, [4, { momentum: null }]],
    ["unbiased is a correction", "var", [x, false], {}, [x, undefined, { correction: 0 }]],
    ["lists of arguments stay lists", "nn.Sequential", ["a", "b"], {}, ["a", "b"]],
    ["without a signature keywords are options", "frobnicate", [x], { some_flag: 1 }, [x, { someFlag: 1 }]],
  ];
  test.each(rows)("%s", (_, name, args, kwargs, expected) => expect(layoutCall(name, { args, kwargs })).toEqual(expected));

  test("inputs of a module may be keywords", () => {
    expect(layoutForward("Linear", { args: [], kwargs: { input: x } })).toEqual([x]);
    expect(layoutForward("LSTM", { args: [x], kwargs: { hx: ["h", "c"] } })).toEqual([x, ["h", "c"]]);
    expect(layoutForward("EmbeddingBag", { args: [x], kwargs: { per_sample_weights: "w" } })).toEqual([x, undefined, "w"]);
    expect(layoutForward("TransformerDecoderLayer", { args: [x], kwargs: { memory: "m", tgt_mask: "t" } })).toEqual([
      x,
      "m",
      { tgtMask: "t" },
    ]);
  });

  test("overloads are told apart by what is given", () => {
    const [a, b] = [tensor([1]), tensor([2])];
    expect(layoutCall("max", { args: [a, b], kwargs: {} })).toEqual([a, b]);
    expect(layoutCall("max", { args: [a, 0, true], kwargs: {} })).toEqual([a, 0, { keepdim: true }]);
  });

  test("a tensor where torch reads a number on the host is that number", () => {
    const start = tensor(2, { dtype: "int32" });
    expect(layoutCall("narrow", { args: [x, 0, start, 1], kwargs: {} })).toEqual([x, 0, 2, 1]);
  });

  test("a call that fits no signature cannot be expressed", () => {
    expect(() => layoutCall("flip", { args: [x, [0], 1], kwargs: {} })).toThrow(Inexpressible);
    expect(() => layoutCall("flip", { args: [x, [0]], kwargs: { unknown: 1 } })).toThrow(Inexpressible);
  });
});
