// PyTorch's numbers hold attention in the golden cases; here, what a query may see, gradients in float64, copies and messages.
import { grad, gradcheck, gradgradcheck } from "@gradkit/autograd";
import { cpu } from "@gradkit/backend-cpu";
import { Generator, memory, noGrad, randn, setDefaultDevice, type Tensor, tensor, zeros } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { checkGradients, leaf } from "../../test/check-gradients.ts";
import { type AttentionOptions, scaledDotProductAttention } from "../functional.ts";
import {
  MultiheadAttention, Transformer, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer,
} from "../index.ts"; // biome-ignore format: a list

vi.setConfig({ testTimeout: 60_000 }); // the reference is slow, and machines are busy
beforeAll(() => setDefaultDevice(reference()));

type Device = Tensor["device"];
const values = (x: Tensor): number[] => [...x.dataSync()];
const message = (fn: () => unknown): string => {
  try {
    fn();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};
const close = (got: Tensor, expected: Tensor): void => {
  expect(got.shape).toEqual(expected.shape);
  const wanted = values(expected);
  values(got).forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i] as number, 6);
  });
};

describe("scaledDotProductAttention", () => {
  test("the first query of a causal mask sees the first value only", () => {
    const v = randn([1, 3, 2]);
    const y = scaledDotProductAttention(randn([1, 2, 4]), randn([1, 3, 4]), v, { isCausal: true });
    close(y.select(1, 0), v.select(1, 0));
  });

  test("a query that may see nothing gets zeros, and no NaN goes back", () => {
    const [q, k, v] = [leaf(2, 4), leaf(3, 4), leaf(3, 2)];
    const attnMask = tensor([[true, false, true], [false, false, false]]); // biome-ignore format: a table
    const y = scaledDotProductAttention(q, k, v, { attnMask });
    expect(values(y.select(0, 1))).toEqual([0, 0]);
    y.sum().backward();
    for (const x of [q, k, v]) expect(values(x.grad as Tensor).some(Number.isNaN)).toBe(false);
    expect(values((q.grad as Tensor).select(0, 1))).toEqual([0, 0, 0, 0]);
  });

  test("heads of keys and values are shared by neighbouring heads of queries", () => {
    const [q, k, v] = [randn([2, 4, 3, 2]), randn([2, 2, 5, 2]), randn([2, 2, 5, 2])];
    const y = scaledDotProductAttention(q, k, v, { enableGqa: true, scale: 0.3 });
    for (const head of [0, 1, 2, 3]) {
      const shared = Math.floor(head / 2);
      close(y.select(1, head), scaledDotProductAttention(q.select(1, head), k.select(1, shared), v.select(1, shared), { scale: 0.3 }));
    }
  });

  test("gradients, of a float mask too", async () => {
    const inputs = [leaf(2, 2, 3), leaf(2, 4, 3), leaf(2, 4, 2), leaf(2, 4)];
    const run = (q: Tensor, k: Tensor, v: Tensor, attnMask: Tensor): Tensor => scaledDotProductAttention(q, k, v, { attnMask });
    expect(await gradcheck(run, inputs, { atol: 1e-6, rtol: 1e-6 })).toBe(true);
    expect(await gradgradcheck(run, inputs, { atol: 1e-6, rtol: 1e-6 })).toBe(true);
  });

  test("dropped weights are scaled up", () => {
    const y = scaledDotProductAttention(zeros([1, 1]), zeros([4, 1]), tensor([[1], [2], [4], [8]]), { dropoutP: 0.5 });
    expect([...Array(16).keys()].map((kept) => kept / 2)).toContain(values(y)[0]);
  });

  test("messages", () => {
    const x = zeros([2, 3, 4]);
    expect([
      message(() => scaledDotProductAttention(x, x, x, { isCausal: true, attnMask: zeros([3, 3]) })),
      message(() => scaledDotProductAttention(x, zeros([2, 3, 5]), x)),
      message(() => scaledDotProductAttention(x, zeros([3, 3, 4]), x, { enableGqa: true })),
      message(() => scaledDotProductAttention(x, x, x, { attnMask: zeros([3, 3], { dtype: "int32" }) })),
    ]).toMatchInlineSnapshot(`
      [
        "scaledDotProductAttention: attnMask and isCausal exclude each other. Put the causal mask into attnMask",
        "scaledDotProductAttention: sizes do not fit (got [2, 3, 4], [2, 3, 5], [2, 3, 4]). query is [..., L, E], key [..., S, E], value [..., S, Ev]",
        "scaledDotProductAttention: the heads of queries must be a multiple of those of keys and values (got query [2, 3, 4] and [3, 3, 4]). They are the third dim from the end",
        "scaledDotProductAttention: a mask is bool, or floats to be added to the scores (got int32)",
      ]
    `);
  });
});

describe("scaledDotProductAttention where the device has a kernel", () => {
  const inf = Number.POSITIVE_INFINITY;
  const bool = [[true, false, true], [false, false, false]]; // biome-ignore format: a table
  const float = [[0.5, -inf, 1], [0, -1, 2]]; // biome-ignore format: a table
  const cases: [name: string, batch: number[], options: (device: Device) => AttentionOptions][] = [
    ["no batch", [], () => ({})],
    ["no batch, causal", [], () => ({ isCausal: true })],
    ["a batch", [2], () => ({ scale: 0.3 })],
    ["a batch, a mask of each", [2], (device) => ({ attnMask: tensor([float, float].map((rows, i) => rows.map((row) => row.map((x) => x - i))), { device }) })],
    ["heads", [2, 3], () => ({ isCausal: true })],
    ["heads, and a query that sees nothing", [2, 3], (device) => ({ attnMask: tensor(bool, { device }) })],
    ["no batch, and a query that sees nothing", [], (device) => ({ attnMask: tensor(bool, { device }) })],
    ["heads, floats for each key", [2, 3], (device) => ({ attnMask: tensor([[[[0, 1, -inf]]], [[[1, -1, 0]]]], { device }) })],
    ["more dims than it takes", [2, 2, 2], () => ({})],
  ]; // biome-ignore format: a table

  test.each(cases)("%s: values and gradients are those of the composed form", async (_, batch, options) => {
    const host = reference();
    const results = [await cpu(), host].map((device) => {
      const generator = new Generator(1);
      const draw = (...shape: number[]): Tensor => randn([...batch, ...shape], { device: host, generator }).to(device);
      const inputs = [draw(2, 4), draw(3, 4), draw(3, 5)].map((x) => x.requiresGrad_()) as [Tensor, Tensor, Tensor];
      const y = scaledDotProductAttention(...inputs, options(device));
      y.mul(draw(2, 5)).sum().backward();
      return [y, noGrad(() => scaledDotProductAttention(...inputs, options(device))), ...inputs.map(({ grad }) => grad as Tensor)];
    });
    const [kernel, composed] = results as [Tensor[], Tensor[]];
    kernel.forEach((got, i) => {
      expect(got.shape).toEqual(composed[i]?.shape);
      const wanted = values(composed[i] as Tensor);
      values(got).forEach((value, at) => {
        expect(value).toBeCloseTo(wanted[at] as number, 5);
      });
    });
  });

  test("is asked once a call, and neither with dropout nor with operands that broadcast", async () => {
    const device = await cpu();
    let calls = 0;
    const attention: NonNullable<Device["fused"]>["attention"] = (...given) => {
      calls++;
      return device.fused?.attention?.(...given) ?? false;
    };
    const watched: Device = { ...device, fused: { ...device.fused, attention } };
    const x = zeros([2, 3, 4], { device: watched });
    scaledDotProductAttention(x, x, x);
    expect(calls).toBe(1);
    scaledDotProductAttention(x, x, x, { dropoutP: 0.5 });
    scaledDotProductAttention(x, x.at(0), x.at(0));
    expect(calls).toBe(1);
  });

  test("a gradient of a mask, and second derivatives, are composed", async () => {
    const device = await cpu();
    const [q, k, v, attnMask] = [[2, 4], [3, 4], [3, 5], [2, 3]].map((shape) => randn(shape, { device, requiresGrad: true })) as [Tensor, Tensor, Tensor, Tensor]; // biome-ignore format: a list
    const run = (...[a, b, c, mask]: [Tensor, Tensor, Tensor, Tensor]) =>
      scaledDotProductAttention(a, b, c, { attnMask: mask }).square().sum();
    const second = (...inputs: [Tensor, Tensor, Tensor, Tensor]): Tensor[] => {
      const first = grad(run(...inputs), inputs, { createGraph: true });
      return grad(
        first.map((x) => x.square().sum()).reduce((a, b) => a.add(b)),
        inputs,
      );
    };
    const host = reference();
    const moved = [q, k, v, attnMask].map((x) => x.detach().to(host).requiresGrad_()) as [Tensor, Tensor, Tensor, Tensor];
    const [got, wanted] = [second(q, k, v, attnMask), second(...moved)];
    got.forEach((x, i) => {
      const expected = values(wanted[i] as Tensor);
      values(x).forEach((value, at) => {
        expect(Math.abs(value - (expected[at] as number))).toBeLessThan(1e-4 * (1 + Math.abs(expected[at] as number)));
      });
    });
  });
});

describe("modules", () => {
  test("need or no need of weights is the same output; so are bool and float masks", () => {
    const attention = new MultiheadAttention(4, 2, { batchFirst: true, addBiasKv: true, addZeroAttn: true });
    const x = randn([2, 3, 4]);
    const attnMask = tensor([[false, true, true], [false, false, true], [false, false, false]]); // biome-ignore format: a table
    const keyPaddingMask = tensor([[false, false, true], [false, false, false]]); // biome-ignore format: a table
    const [y, weights] = attention.call(x, x, x, { attnMask, keyPaddingMask });
    expect(weights?.shape).toEqual([2, 3, 5]);
    close((weights as Tensor).sum(-1), zeros([2, 3]).add(1));
    expect(values((weights as Tensor).at(0, 2, 2))).toEqual([0]); // padding
    close(attention.call(x, x, x, { attnMask, keyPaddingMask, needWeights: false })[0], y);
    const floats = tensor([[0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], [0, 0, Number.NEGATIVE_INFINITY], [0, 0, 0]]); // biome-ignore format: a table
    close(attention.call(x, x.clone(), x, { attnMask: floats.repeat(4, 1, 1), keyPaddingMask })[0], y);
  });

  test("gradients of MultiheadAttention", async () => {
    const own = new MultiheadAttention(4, 2);
    await checkGradients(own, [leaf(3, 1, 4)], (x) => own.call(x as Tensor, x as Tensor, x as Tensor) as Tensor[]);
    const other = new MultiheadAttention(2, 1, { kdim: 3, vdim: 1, addBiasKv: true, addZeroAttn: true, batchFirst: true });
    const attnMask = tensor([[false, true], [false, false]]); // biome-ignore format: a table
    await checkGradients(other, [leaf(2, 2), leaf(2, 3), leaf(2, 1)], (q, k, v) => [
      other.call(q as Tensor, k as Tensor, v as Tensor, { attnMask, needWeights: false })[0],
    ]);
  });

  test.each([true, false])("gradients of transformer layers, normFirst %s", async (normFirst) => {
    const options = { dimFeedforward: 3, dropout: 0, activation: "gelu", normFirst } as const;
    const encoder = new TransformerEncoderLayer(2, 1, options);
    await checkGradients(encoder, [leaf(2, 2, 2)], (x) => [encoder.call(x as Tensor)]);
    const decoder = new TransformerDecoderLayer(2, 1, options);
    const tgtMask = Transformer.generateSquareSubsequentMask(2);
    await checkGradients(decoder, [leaf(2, 1, 2), leaf(3, 1, 2)], (x, m) => [decoder.call(x as Tensor, m as Tensor, { tgtMask })]);
  });

  test("a stack holds copies of its layer, each with parameters of its own", () => {
    const layer = new TransformerEncoderLayer(4, 2, { dimFeedforward: 8, dropout: 0 });
    const stack = new TransformerEncoder(layer, 2);
    const [first, second] = [...stack.layers] as [TransformerEncoderLayer, TransformerEncoderLayer];
    expect(stack.parameters().length).toBe(2 * layer.parameters().length);
    expect(values(first.linear1.weight)).toEqual(values(layer.linear1.weight));
    noGrad(() => second.linear1.weight.zero_());
    expect(values(first.linear1.weight)).not.toEqual(values(second.linear1.weight));
    const x = randn([3, 1, 4]);
    close(first.call(x), layer.call(x));
    expect(stack.eval().layers[1]?.dropout.training).toBe(false);
  });

  test("a transformer's values follow from its generator; a causal decoder sees no future", () => {
    const options = { dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 8, dropout: 0 };
    const make = () => new Transformer({ ...options, generator: new Generator(3) });
    const model = make();
    expect(make().parameters().map(values)).toEqual(model.parameters().map(values));
    const [src, tgt] = [randn([3, 1, 4]), randn([4, 1, 4])];
    const tgtMask = Transformer.generateSquareSubsequentMask(4);
    const shorter = model.call(src, tgt.slice(0, 0, 2), { tgtMask: Transformer.generateSquareSubsequentMask(2) });
    close(model.call(src, tgt, { tgtMask }).slice(0, 0, 2), shorter);
  });

  test("leave nothing behind but their output", () => {
    const model = new TransformerEncoderLayer(4, 2, { dimFeedforward: 8, batchFirst: true });
    const x = randn([2, 3, 4]);
    const srcMask = tensor([[false, true, true], [false, false, true], [false, false, false]]); // biome-ignore format: a table
    const before = memory().liveBytes;
    const y = noGrad(() => model.call(x, { srcMask }));
    expect(memory().liveBytes - before).toBe(y.numel * 4);
  });

  test("messages", () => {
    const attention = new MultiheadAttention(4, 2);
    const x = zeros([3, 2, 4]);
    const masks = { attnMask: zeros([2, 2]) };
    expect([
      message(() => new MultiheadAttention(4, 3)),
      message(() => attention.call(x, zeros([3, 1, 4]), zeros([3, 1, 4]))),
      message(() => attention.call(x, x, zeros([3, 2, 5]))),
      message(() => attention.call(x, x, x, masks)),
      message(() => attention.call(x, x, x, { isCausal: true })),
      message(() => new Transformer({ dModel: 4, nhead: 2, dimFeedforward: 2 }).call(x, zeros([3, 1, 4]))),
      message(() => new TransformerEncoderLayer(4, 2, { activation: "tanh" as "relu" })),
    ]).toMatchInlineSnapshot(`
      [
        "MultiheadAttention: 4 features do not divide into 3 heads",
        "MultiheadAttention: query and key differ in batch size (got query [3, 2, 4], key [3, 1, 4], value [3, 1, 4]). batchFirst is false
        in MultiheadAttention()",
        "MultiheadAttention: expected 4, 4, 4 features (got query [3, 2, 4], key [3, 2, 4], value [3, 2, 5])
        in MultiheadAttention()",
        "MultiheadAttention: attnMask must be [3, 3] (got [2, 2])
        in MultiheadAttention()",
        "MultiheadAttention: isCausal only says what attnMask is. Give the causal mask as attnMask
        in MultiheadAttention()",
        "Transformer: src and tgt differ in batch size (got src [3, 2, 4], tgt [3, 1, 4]). batchFirst is false
        in Transformer()",
        "TransformerEncoderLayer: activation is "relu", "gelu" or a function (got "tanh")",
      ]
    `);
  });
});
