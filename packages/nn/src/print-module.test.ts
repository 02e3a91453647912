// Expected texts are what torch 2.x prints for the same modules.
import { setDefaultDevice } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  ELU,
  Flatten,
  Hardshrink,
  LeakyReLU,
  Linear,
  LogSoftmax,
  MaxPool2d,
  ModuleList,
  ReLU,
  Sequential,
  Softplus,
  summary,
} from "./index.ts";

beforeAll(() => setDefaultDevice(reference()));

test("modules print as in PyTorch", () => {
  const model = new Sequential(
    new Conv2d(1, 16, 5, { padding: 2 }),
    new BatchNorm2d(16),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(16, 32, [5, 3], { stride: 2, groups: 2, dilation: [1, 2], bias: false, padding: "valid" }),
    new Flatten(),
    new Dropout(0.2),
    new Linear(784, 10),
    new LogSoftmax(1),
  );
  expect(String(model)).toMatchInlineSnapshot(`
    "Sequential(
      (0): Conv2d(1, 16, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))
      (1): BatchNorm2d(16, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
      (2): ReLU()
      (3): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
      (4): Conv2d(16, 32, kernel_size=(5, 3), stride=(2, 2), padding=valid, dilation=(1, 2), groups=2, bias=False)
      (5): Flatten(start_dim=1, end_dim=-1)
      (6): Dropout(p=0.2, inplace=False)
      (7): Linear(in_features=784, out_features=10, bias=True)
      (8): LogSoftmax(dim=1)
    )"
  `);
});

test("options of activations, and runs in lists", () => {
  const list = new ModuleList([
    new LeakyReLU(),
    new ELU({ alpha: 0.5 }),
    new Softplus(),
    new Hardshrink(),
    new Linear(2, 2),
    new Linear(2, 2),
  ]);
  expect(String(list)).toMatchInlineSnapshot(`
    "ModuleList(
      (0): LeakyReLU(negative_slope=0.01)
      (1): ELU(alpha=0.5)
      (2): Softplus(beta=1.0, threshold=20.0)
      (3): Hardshrink(0.5)
      (4-5): 2 x Linear(in_features=2, out_features=2, bias=True)
    )"
  `);
});

test("summary", () => {
  const model = new Sequential(new Conv2d(1, 4, 3), new BatchNorm2d(4), new Flatten(), new Sequential(new Linear(2704, 10), new ReLU()));
  model.children()[0]?.requiresGrad_(false);
  expect(summary(model, [2, 1, 28, 28])).toMatchInlineSnapshot(`
    "Layer             Output shape    Params
    ----------------------------------------
    Sequential        [2, 10]              -
      0: Conv2d       [2, 4, 26, 26]      40
      1: BatchNorm2d  [2, 4, 26, 26]       8
      2: Flatten      [2, 2704]            -
      3: Sequential   [2, 10]              -
        0: Linear     [2, 10]         27,050
        1: ReLU       [2, 10]              -
    ----------------------------------------
    27,098 parameters, 27,058 trainable, 40 frozen"
  `);
  expect(model.training).toBe(true);
});
