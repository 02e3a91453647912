// Containers of modules and parameters by name: their keys are what users wrote.
import { ones, setDefaultDevice, type Tensor, zeros } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { Linear, Module, ModuleDict, Parameter, ParameterDict, ParameterList, ReLU, Sequential } from "../index.ts";

beforeAll(() => setDefaultDevice(reference()));

test("modules by name are found, typed and saved under their names", () => {
  class Net extends Module {
    layers = new ModuleDict({ hiddenLayer: new Linear(2, 3), act: new ReLU() });
    forward(x: Tensor): Tensor {
      return this.layers.get("act").call(this.layers.get("hiddenLayer").call(x));
    }
  }
  const net = new Net();
  expect(net.call(zeros([1, 2])).shape).toEqual([1, 3]);
  expect(Object.keys(net.stateDict())).toEqual(["layers.hiddenLayer.weight", "layers.hiddenLayer.bias"]);
  expect(String(net.layers)).toBe("ModuleDict(\n  (hiddenLayer): Linear(in_features=2, out_features=3, bias=True)\n  (act): ReLU()\n)");
});

test("a dict of modules changes as a map does", () => {
  const dict: ModuleDict = new ModuleDict();
  dict.set("a", new Linear(1, 1)).update({ b: new ReLU(), a: new Linear(2, 2) });
  expect([dict.keys(), dict.length, dict.has("a"), dict.has("training")]).toEqual([["a", "b"], 2, true, false]);
  expect((dict.pop("a") as Linear).inFeatures).toBe(2);
  expect(() => dict.get("a")).toThrowErrorMatchingInlineSnapshot(`[IndexError: ModuleDict: there is no module "a". It holds b]`);
  expect(() => dict.set("forward", new ReLU())).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: ModuleDict: a module cannot be named forward, which is a member of every module]`,
  );
  expect(() => dict.forward()).toThrow(/computes nothing/);
  dict.clear();
  expect(dict.length).toBe(0);
});

test("names in a sequence are kept as well", () => {
  expect(Object.keys(new Sequential(["firstLayer", new Linear(1, 1, { bias: false })]).stateDict())).toEqual(["firstLayer.weight"]);
});

test("parameters by position", () => {
  const given = new Parameter(ones([2]));
  const list = new ParameterList([given, zeros([2, 3])]).append(zeros([]));
  expect([list.length, list.at(-1) === list[2], list[0] === given]).toEqual([3, true, true]);
  expect([...list].every((value) => value instanceof Parameter && value.requiresGrad)).toBe(true);
  expect(Object.keys(list.stateDict())).toEqual(["0", "1", "2"]);
  expect(String(new ParameterList([given, zeros([2, 3])]))).toBe(
    "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2]\n    (1): Parameter containing: [torch.float32 of size 2x3]\n)",
  );
});

test("parameters by name", () => {
  const dict = new ParameterDict({ leftArm: ones([2]) }).set("right", zeros([3]));
  expect(Object.keys(dict.stateDict())).toEqual(["leftArm", "right"]);
  expect(dict.get("right").requiresGrad).toBe(true);
  expect(dict.pop("leftArm").shape).toEqual([2]);
  expect([dict.keys(), dict.values().length, dict.length]).toEqual([["right"], 1, 1]);
  expect(() => dict.get("left")).toThrowErrorMatchingInlineSnapshot(
    `[IndexError: ParameterDict: there is no parameter "left". It holds right]`,
  );
  dict.clear();
  expect(dict.parameters()).toEqual([]);
});
