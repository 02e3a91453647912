import "@gradkit/autograd/install";
import { cpu } from "@gradkit/backend-cpu";
import { type GradkitError, memory, noGrad, ones, pointwiseUpdate, randn, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { sub } from "@gradkit/tensor/formula";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { Adadelta, Adafactor, Adagrad, Adam, Adamax, AdamW, ASGD, Lion, NAdam, Optimizer, RAdam, RMSprop, Rprop, SGD } from "./index.ts";

const minus = pointwiseUpdate("minus", [], () => (w, g) => [sub(w, g)]);

beforeAll(() => setDefaultDevice(reference()));

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });
const values = (x: Tensor): number[] => [...x.dataSync()];

/** A loss whose gradient is the weight itself. */
function backward(w: Tensor): void {
  w.square().sum().div(2).backward();
}

test("a step over many parameters is one call of the device", async () => {
  const device = await cpu();
  const calls: number[] = [];
  const { map, mapAll } = device;
  Object.assign(device, {
    map(...args: Parameters<typeof map>) {
      calls.push(1);
      map(...args);
    },
    mapAll(...args: Parameters<NonNullable<typeof mapAll>>) {
      calls.push(args[1].length);
      mapAll?.(...args);
    },
  });
  for (const make of [
    (p: Tensor[]) => new SGD(p, { momentum: 0.9 }),
    (p: Tensor[]) => new AdamW(p),
    (p: Tensor[]) => new Adam(p, { amsgrad: true }),
  ]) {
    const params = [[3], [4, 5], [], [2, 2]].map((shape) => randn(shape, { device, requiresGrad: true }));
    const optimizer = make(params);
    for (let step = 0; step < 2; step++) {
      for (const param of params) param.grad = ones(param.shape, { device });
      calls.length = 0;
      optimizer.step();
    }
    expect(calls).toEqual([4]);
  }
});

test("an update that throws leaves nothing behind for the next step", () => {
  class Picky extends Optimizer<{ lr: number; maximize: boolean }> {
    fails = true;
    protected update(param: Tensor, grad: Tensor): void {
      if (this.fails && param.numel === 2) throw new Error("no");
      this.change(minus, [param], [grad], {});
    }
  }
  const [a, b] = [leaf([1]), leaf([1, 1])];
  const optimizer = new Picky("Picky", [a, b], { lr: 1, maximize: false });
  for (const w of [a, b]) w.grad = ones(w.shape);
  expect(() => optimizer.step()).toThrow("no");
  optimizer.fails = false;
  optimizer.step();
  expect([...values(a), ...values(b)]).toEqual([0, 0, 0]);
});

describe("groups", () => {
  test("have options of their own, and the constructor's for the rest", () => {
    const [a, b] = [leaf([1]), leaf([1])];
    const optimizer = new SGD([{ params: a, lr: 0.5 }, { params: [b] }], { lr: 0.1, weightDecay: 1 });
    for (const w of [a, b]) w.grad = ones([1]);
    optimizer.step();
    expect(values(a)[0]).toBeCloseTo(0, 6); // 1 − 0.5·(1 + 1)
    expect(values(b)[0]).toBeCloseTo(0.8, 6); // 1 − 0.1·(1 + 1)
  });

  test("a rate set by hand counts from the next step", () => {
    const w = leaf([1]);
    const optimizer = new SGD([w], { lr: 0.1 });
    for (const group of optimizer.paramGroups) group.lr = 1;
    backward(w);
    optimizer.step();
    expect(values(w)).toEqual([0]);
  });

  test("refuse what makes no sense", () => {
    const w = leaf([1]);
    const messages = [
      () => new SGD([]),
      () => new SGD([w, w]),
      () => new SGD([w.mul(2)]),
      () => new SGD([w], { lr: -1 }),
      () => new SGD([w], { nesterov: true }),
      () => new Adam([w], { betas: [0.9, 1] }),
      () => new AdamW([w], { eps: Number.NaN }),
    ].map((make) => {
      try {
        make();
      } catch (error) {
        return (error as GradkitError).message;
      }
      return "";
    });
    expect(messages).toMatchInlineSnapshot(`
      [
        "SGD: no parameters. Pass model.parameters()",
        "SGD: a parameter appears twice. Each belongs to one group",
        "SGD: only leaves can be optimized. Pass parameters, not results of ops",
        "SGD: lr must be at least 0 (got -1)",
        "SGD: nesterov needs a momentum, and no dampening",
        "Adam: betas must be at least 0 and below 1 (got 0.9, 1)",
        "AdamW: eps must be at least 0 (got NaN)",
      ]
    `);
  });
});

describe("step", () => {
  test("changes parameters in place, passes over those without gradient, and leaves no temporaries", () => {
    const [w, still] = [leaf([2]), leaf([3])];
    const optimizer = new Adam([w, still], { lr: 0.1 });
    backward(w);
    optimizer.step();
    expect(values(w)[0]).toBeCloseTo(1.9, 6);
    expect(values(still)).toEqual([3]);
    expect(optimizer.state.has(still)).toBe(false);
    optimizer.step(); // the second step releases what backward left
    const { liveBytes } = memory();
    optimizer.step();
    expect(memory().liveBytes).toBe(liveBytes);
  });

  test("is no recorded op, but a graph that still needs the old weights notices", () => {
    const w = leaf([2]);
    const loss = w.square().sum();
    const optimizer = new SGD([w], { lr: 0.1 });
    w.grad = ones([1]);
    optimizer.step();
    expect(w.isLeaf).toBe(true);
    expect(() => loss.backward()).toThrow(/changed in place/);
  });

  test("calls a closure first and returns its loss", () => {
    const w = leaf([2]);
    const optimizer = new SGD([w], { lr: 0.5 });
    const closure = (): Tensor => {
      optimizer.zeroGrad();
      const value = w.square().sum();
      value.backward();
      return value;
    };
    const loss = noGrad(() => optimizer.step(closure)); // as torch, the closure records in any case
    expect(loss.itemSync()).toBe(4);
    expect(values(w)).toEqual([0]);
  });

  test("an option that is off leaves no trace: an infinite weight stays infinite without weight decay", () => {
    const w = leaf([Number.POSITIVE_INFINITY]);
    w.grad = ones([1]);
    new SGD([w], { lr: 0.1 }).step();
    expect(values(w)).toEqual([Number.POSITIVE_INFINITY]);
  });
});

describe("zeroGrad", () => {
  test("drops gradients, and releases those that nobody read", () => {
    const [unread, read] = [leaf([1, 2]), leaf([1, 2])];
    const optimizer = new SGD([unread, read]);
    for (const w of [unread, read]) backward(w);
    const kept = read.grad as Tensor;
    const dropped = unread.accumulatedGrad as Tensor;
    optimizer.zeroGrad();
    expect([unread.grad, read.grad]).toEqual([null, null]);
    expect(dropped.released).toBe(true);
    expect(values(kept)).toEqual([1, 2]);
  });

  test("setToNone: false fills them with zeros", () => {
    const w = leaf([1, 2]);
    backward(w);
    new SGD([w]).zeroGrad({ setToNone: false });
    expect(values(w.grad as Tensor)).toEqual([0, 0]);
  });
});

describe("state dicts", () => {
  test("have PyTorch's layout and names", () => {
    const [a, b] = [leaf([1]), leaf([1, 2])];
    const optimizer = new Adam([{ params: [a] }, { params: [b], lr: 1 }]);
    backward(b);
    optimizer.step();
    const { state, param_groups } = optimizer.stateDict();
    expect(Object.keys(state)).toEqual(["1"]);
    expect(Object.keys(state[1] as object)).toEqual(["step", "exp_avg", "exp_avg_sq"]);
    expect(state[1]?.step).toBe(1);
    expect(param_groups).toEqual([
      {
        lr: 1e-3,
        betas: [0.9, 0.999],
        eps: 1e-8,
        weight_decay: 0,
        amsgrad: false,
        maximize: false,
        decoupled_weight_decay: false,
        params: [0],
      },
      {
        lr: 1,
        betas: [0.9, 0.999],
        eps: 1e-8,
        weight_decay: 0,
        amsgrad: false,
        maximize: false,
        decoupled_weight_decay: false,
        params: [1],
      },
    ]);
  });

  test.each([
    ["SGD", (w: Tensor) => new SGD([w], { lr: 0.1, momentum: 0.9 })],
    ["Adam", (w: Tensor) => new Adam([w], { lr: 0.1, amsgrad: true })],
    ["Adagrad", (w: Tensor) => new Adagrad([w], { lr: 0.1, initialAccumulatorValue: 0.5 })],
    ["Rprop", (w: Tensor) => new Rprop([w], { lr: 0.1 })],
    ["NAdam", (w: Tensor) => new NAdam([w], { lr: 0.1 })],
    ["RAdam", (w: Tensor) => new RAdam([w], { lr: 0.1, betas: [0.8, 0.9] })],
    ["Adamax", (w: Tensor) => new Adamax([w], { lr: 0.1 })],
    ["Adadelta", (w: Tensor) => new Adadelta([w], { lr: 1 })],
    ["ASGD", (w: Tensor) => new ASGD([w], { lr: 0.1, lambd: 0.1 })],
    ["RMSprop", (w: Tensor) => new RMSprop([w], { lr: 0.1, momentum: 0.9, centered: true })],
    ["Adafactor", (w: Tensor) => new Adafactor([w], { lr: 0.1 })],
    ["Lion", (w: Tensor) => new Lion([w], { lr: 0.1 })],
  ])("%s goes on where a saved one stood", (_, make) => {
    const steps = (w: Tensor, optimizer: ReturnType<typeof make>, count: number): void => {
      for (let i = 0; i < count; i++) {
        optimizer.zeroGrad();
        backward(w);
        optimizer.step();
      }
    };
    const w = leaf([1, -2]);
    const original = make(w);
    steps(w, original, 3);
    const copy = noGrad(() => w.clone()).requiresGrad_();
    const resumed = make(copy);
    resumed.loadStateDict(original.stateDict());
    steps(w, original, 3); // a state that were shared would be stepped twice
    steps(copy, resumed, 3);
    expect(values(copy)).toEqual(values(w));
  });

  test.each([
    ["Adam", (w: Tensor) => new Adam([w], { lr: 0.1 }), ["step", "exp_avg", "exp_avg_sq"]],
    ["NAdam", (w: Tensor) => new NAdam([w], { lr: 0.1 }), ["step", "mu_product", "exp_avg", "exp_avg_sq"]],
    ["ASGD", (w: Tensor) => new ASGD([w], { lr: 0.1 }), ["step", "eta", "mu", "ax"]],
    ["RMSprop", (w: Tensor) => new RMSprop([w], { lr: 0.1, momentum: 0.5 }), ["step", "square_avg", "momentum_buffer"]],
  ] as const)("%s: PyTorch's names, and its numbers in tensors are taken too", (_, make, names) => {
    const w = leaf([1, -2]);
    const original = make(w);
    const step = (x: Tensor, optimizer: ReturnType<typeof make>): void => {
      optimizer.zeroGrad();
      backward(x);
      optimizer.step();
    };
    step(w, original);
    const saved = original.stateDict();
    const own = saved.state[0] as Record<string, Tensor | number>;
    expect(Object.keys(own).sort()).toEqual([...names].sort());
    saved.state[0] = Object.fromEntries(Object.entries(own).map(([key, x]) => [key, typeof x === "number" ? tensor(x, { dtype: "float64" }) : x])); // biome-ignore format: one line
    const copy = noGrad(() => w.clone()).requiresGrad_();
    const resumed = make(copy);
    resumed.loadStateDict(saved);
    step(w, original);
    step(copy, resumed);
    expect(values(copy)).toEqual(values(w));
  });

  test("must have groups of the same sizes", () => {
    const saved = new SGD([leaf([1]), leaf([1])]).stateDict();
    expect(() => new SGD([leaf([1])]).loadStateDict(saved)).toThrowErrorMatchingInlineSnapshot(
      `[GradkitError: SGD: the state dict has groups of 2 parameters, the optimizer of 1]`,
    );
  });
});
