import { ones, ShapeError, setDefaultDevice, type Tensor, tensor, zeros } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import {
  BatchNorm1d,
  buffer,
  Dropout,
  Linear,
  Module,
  ModuleList,
  Parameter,
  parameter,
  ReLU,
  Sequential,
  StateDictError,
} from "./index.ts";

beforeAll(() => setDefaultDevice(reference()));

class Block extends Module {
  inProj = new Linear(2, 3, { bias: false });
  bn1 = new BatchNorm1d(3);
  scale = parameter(ones([1]));
  mask = buffer(zeros([3]), { persistent: false });
  notes = "text and numbers are no members";

  forward(x: Tensor): Tensor {
    return this.bn1.call(this.inProj.call(x)).mul(this.scale);
  }
}

class Net extends Module {
  blocks = new ModuleList([new Block()]);
  head = new Linear(3, 1);
  forward(x: Tensor): Tensor {
    for (const block of this.blocks) x = block.call(x);
    return this.head.call(x);
  }
}

describe("members", () => {
  test("come from fields, with PyTorch's names and order", () => {
    const net = new Net();
    expect(Object.keys(net.stateDict())).toEqual([
      "blocks.0.scale",
      "blocks.0.in_proj.weight",
      "blocks.0.bn1.weight",
      "blocks.0.bn1.bias",
      "blocks.0.bn1.running_mean",
      "blocks.0.bn1.running_var",
      "blocks.0.bn1.num_batches_tracked",
      "head.weight",
      "head.bias",
    ]);
    expect(net.namedParameters().map(([name]) => name)).toEqual([
      "blocks.0.scale",
      "blocks.0.in_proj.weight",
      "blocks.0.bn1.weight",
      "blocks.0.bn1.bias",
      "head.weight",
      "head.bias",
    ]);
    expect(net.namedBuffers().map(([name]) => name)).toContain("blocks.0.mask");
    expect(net.namedModules().map(([name]) => name)).toEqual(["", "blocks", "blocks.0", "blocks.0.in_proj", "blocks.0.bn1", "head"]);
    expect(net.numParameters()).toBe(1 + 6 + 3 + 3 + 3 + 1);
  });

  test("a field that changes is found at once", () => {
    const net = new Net();
    net.head = new Linear(3, 2);
    expect(net.parameters().at(-1)?.shape).toEqual([2]);
  });

  test("a shared parameter counts once, and is saved under both names", () => {
    const a = new Linear(2, 2);
    const b = new Linear(2, 2);
    (b as { weight: Parameter }).weight = a.weight;
    const tied = new Sequential(a, b);
    expect(tied.parameters()).toHaveLength(3);
    expect(Object.keys(tied.stateDict())).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
  });

  test("parameters require grad and share memory with their source", () => {
    const source = ones([2]);
    const made = parameter(source);
    expect(made).toBeInstanceOf(Parameter);
    expect(made.requiresGrad).toBe(true);
    source.fill_(3);
    expect([...made.dataSync()]).toEqual([3, 3]);
    expect(parameter(source, { requiresGrad: false }).requiresGrad).toBe(false);
    expect(String(made)).toMatchInlineSnapshot(`
      "Parameter containing:
      tensor([3., 3.], requires_grad=True)"
    `);
  });
});

describe("state dicts", () => {
  test("load copies into the module's own tensors", () => {
    const [from, to] = [new Net(), new Net()];
    const weight = to.head.weight;
    expect(to.loadStateDict(from.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(to.head.weight).toBe(weight);
    expect([...weight.dataSync()]).toEqual([...from.head.weight.dataSync()]);
    from.head.weight.detach().fill_(7);
    expect(weight.dataSync()[0]).not.toBe(7);
  });

  test("what does not fit is listed in one error, and nothing is loaded", () => {
    const model = new Linear(2, 1);
    const before = [...model.weight.dataSync()];
    const load = () => model.loadStateDict({ weight: zeros([1, 3]), scale: zeros([1]) });
    expect(load).toThrow(StateDictError);
    expect(load).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: loadStateDict: missing keys: bias; unexpected keys: scale; weight is [1, 3] in the state dict and [1, 2] in the module]`,
    );
    expect([...model.weight.dataSync()]).toEqual(before);
  });

  test("strict: false tells what was passed over, but shapes must fit", () => {
    const model = new Linear(2, 1);
    expect(model.loadStateDict({ weight: ones([1, 2]), scale: zeros([1]) }, { strict: false })).toEqual({
      missingKeys: ["bias"],
      unexpectedKeys: ["scale"],
    });
    expect([...model.weight.dataSync()]).toEqual([1, 1]);
    expect(() => model.loadStateDict({ weight: ones([2, 2]) }, { strict: false })).toThrow(StateDictError);
  });
});

describe("call", () => {
  test("names the module in errors, once, however deep it is", () => {
    const model = new Sequential(new Linear(2, 3), new ReLU(), new Linear(4, 1));
    const error = (() => {
      try {
        model.call(zeros([1, 2]));
      } catch (caught) {
        return caught as ShapeError;
      }
      return null;
    })();
    expect(error).toBeInstanceOf(ShapeError);
    expect(error?.message).toMatchInlineSnapshot(`
      "linear: x has 3 features, weight takes 4 (got [1, 3] and [1, 4]). x is [..., in], weight is [out, in]
        in Sequential.2: Linear(4, 1)"
    `);
    expect(error?.stack).toContain("in Sequential.2: Linear(4, 1)");
  });

  test("the path goes through lists that are never called", () => {
    expect(() => new Net().call(zeros([2, 5]))).toThrow(/\n {2}in Net\.blocks\.0\.in_proj: Linear\(2, 3, bias=False\)$/);
    expect(() => new Linear(2, 1).call(zeros([1, 3]))).toThrow(/\n {2}in Linear\(2, 1\)$/);
  });

  test("a module that is used but not held keeps its own path", () => {
    const model = new Sequential(new Linear(2, 3));
    class User extends Module {
      forward(x: Tensor): Tensor {
        return model.call(x);
      }
    }
    expect(() => new User().call(zeros([1, 5]))).toThrow(/\n {2}in Sequential\.0: Linear\(2, 3\)$/);
  });

  test("hooks see and replace arguments and outputs, until they are removed", () => {
    const model = new ReLU();
    const removePre = model.registerForwardPreHook((_, [x]) => [(x as Tensor).neg()]);
    const removePost = model.registerForwardHook((_, [x], y) => (y as Tensor).add(x as Tensor));
    const x = tensor([1, -2]);
    expect([...model.call(x).dataSync()]).toEqual([-1, 4]);
    removePre();
    expect([...model.call(x).dataSync()]).toEqual([2, -2]);
    removePost();
    expect([...model.call(x).dataSync()]).toEqual([1, 0]);
  });

  test("takes objects and returns several values, typed", () => {
    class Pair extends Module {
      forward({ a, b }: { a: Tensor; b: Tensor }): { sum: Tensor; product: Tensor } {
        return { sum: a.add(b), product: a.mul(b) };
      }
    }
    const { sum, product } = new Pair().call({ a: tensor(2), b: tensor(3) });
    expect([sum.itemSync(), product.itemSync()]).toEqual([5, 6]);
  });
});

describe("modes", () => {
  test("train and eval reach every module", () => {
    const model = new Sequential(new Dropout(0.5), new Sequential(new Dropout(0.5)));
    expect(model.eval()).toBe(model);
    expect(model.modules().map(({ training }) => training)).toEqual([false, false, false, false]);
    model.train();
    expect(model.modules().every(({ training }) => training)).toBe(true);
  });

  test("freezing, zeroGrad, apply", () => {
    const net = new Net();
    net.head
      .call(ones([1, 3]))
      .sum()
      .backward();
    expect(net.head.weight.grad).not.toBeNull();
    net.zeroGrad();
    expect(net.head.weight.grad).toBeNull();
    net.blocks.requiresGrad_(false);
    expect(net.parameters().filter(({ requiresGrad }) => requiresGrad)).toHaveLength(2);
    const visited: string[] = [];
    net.apply((module) => visited.push(module.constructor.name));
    expect(visited).toEqual(["Linear", "BatchNorm1d", "Block", "ModuleList", "Linear", "Net"]);
  });

  test("to(device) and to(dtype) move parameters and buffers; ints keep their dtype; tied weights stay tied", () => {
    const other = reference();
    const net = new Sequential(new BatchNorm1d(2), new Linear(2, 2), new Linear(2, 2));
    const [, first, second] = [...net] as [Module, Linear, Linear];
    (second as { weight: Parameter }).weight = first.weight;
    first.weight.requiresGrad_(false);
    net.to(other).to("float64");
    expect(net.parameters().every(({ device, dtype }) => device === other && dtype === "float64")).toBe(true);
    expect(net.stateDict()["0.num_batches_tracked"]?.dtype).toBe("int32");
    expect(first.weight).toBeInstanceOf(Parameter);
    expect(first.weight.requiresGrad).toBe(false);
    expect(second.weight).toBe(first.weight);
  });
});
