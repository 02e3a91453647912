// Models on the meta device: counted and checked without memory.
import { GradkitError, ones, setDefaultDevice, type Tensor, withDevice, zeros } from "@gradkit/tensor";
import { meta } from "@gradkit/tensor/meta";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import {
  BatchNorm2d,
  Conv2d,
  CrossEntropyLoss,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
  summary,
} from "./index.ts";
import { kaimingNormal_, orthogonal_, truncNormal_ } from "./init.ts";

const device = reference();
beforeAll(() => setDefaultDevice(device));

/** Configuration D of Simonyan & Zisserman 2015; numbers are channels. */
const VGG16 = [64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512, 512, "pool"] as const;

function vgg16(): Sequential {
  const features: Module[] = [];
  let channels = 3;
  for (const item of VGG16) {
    if (item === "pool") features.push(new MaxPool2d(2));
    else {
      features.push(new Conv2d(channels, item, 3, { padding: 1 }), new ReLU());
      channels = item;
    }
  }
  const classifier = [new Linear(512 * 7 * 7, 4096), new ReLU(), new Dropout(), new Linear(4096, 4096), new ReLU(), new Dropout()];
  return new Sequential(...(features as never[]), new Flatten(), ...classifier, new Linear(4096, 1000));
}

test("VGG-16: 138,357,544 parameters, shapes and gradients, without its memory", () => {
  const before = process.memoryUsage();
  const started = performance.now();
  const model = withDevice(meta(), vgg16);
  expect(model.numParameters()).toBe(138_357_544);
  const table = summary(model, [64, 3, 224, 224]).split("\n");
  const row = (layer: string): string | undefined =>
    table
      .find((line) => line.includes(layer))
      ?.replace(/\s+/g, " ")
      .trim();
  expect([row("28: Conv2d"), row("30: MaxPool2d"), row("38: Linear"), table.at(-1)]).toMatchInlineSnapshot(`
    [
      "28: Conv2d [64, 512, 14, 14] 2,359,808",
      "30: MaxPool2d [64, 512, 7, 7] -",
      "38: Linear [64, 1000] 4,097,000",
      "138,357,544 parameters, 138,357,544 trainable, 0 frozen",
    ]
  `);

  const loss = new CrossEntropyLoss().call(
    model.call(zeros([64, 3, 224, 224], { device: meta() })) as Tensor,
    zeros([64], { dtype: "int32", device: meta() }),
  );
  loss.backward();
  expect(loss.shape).toEqual([]);
  for (const { shape, grad } of model.parameters()) expect(grad?.shape).toEqual(shape);
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2 ** 20);
  expect(performance.now() - started).toBeLessThan(2000); // drawing the weights alone takes longer
});

test("to and toEmpty: shapes go there, and memory comes back without values", () => {
  const model = new Sequential(new Conv2d(1, 2, 3, { bias: false }), new BatchNorm2d(2));
  const state = model.stateDict();
  model.requiresGrad_(false).to(meta());
  expect(model.parameters().every((parameter) => parameter.device === meta() && !parameter.requiresGrad)).toBe(true);
  expect(() => model.to(device)).toThrow("toEmpty(device)");
  expect(() => model.loadStateDict(state, { strict: false })).toThrowErrorMatchingInlineSnapshot(
    `[StateDictError: loadStateDict: the module is on the meta device, which holds no values. Call toEmpty(device) first]`,
  );
  model.toEmpty(device);
  expect([...model.parameters(), ...model.buffers()].every((value) => value.device === device)).toBe(true);
  model.loadStateDict(state);
  expect(model.stateDict()["0.weight"]?.dataSync()).toEqual(state["0.weight"]?.dataSync());
});

test("toEmpty keeps tied weights tied", () => {
  const [a, b] = [new Linear(2, 2), new Linear(2, 2)];
  (b as { weight: unknown }).weight = a.weight;
  new Sequential(a, b).to(meta()).toEmpty(device);
  expect(b.weight).toBe(a.weight);
});

test("initialisation computes nothing there", () => {
  const weight = zeros([2 ** 16, 2 ** 16], { device: meta() });
  for (const init of [kaimingNormal_, orthogonal_, truncNormal_]) expect(init(weight)).toBe(weight);
});

test("a model cannot be fed from another device", () => {
  const model = new Sequential(new Linear(2, 2)).to(meta());
  expect(() => model.call(ones([1, 2]))).toThrow(GradkitError);
});
