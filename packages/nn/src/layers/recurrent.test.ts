// PyTorch's numbers hold recurrent layers in the golden cases; here, packed sequences, gradients in float64 and messages.
import { cat, memory, noGrad, ones, randn, setDefaultDevice, type Tensor, tensor, zeros } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { checkGradients, leaf } from "../../test/check-gradients.ts";
import {
  GRU, GRUCell, LSTM, LSTMCell, packPaddedSequence, packSequence, padPackedSequence, padSequence, RNN, RNNCell, unpackSequence,
} from "../index.ts"; // biome-ignore format: a list

vi.setConfig({ testTimeout: 60_000 }); // the reference is slow, and machines are busy
beforeAll(() => setDefaultDevice(reference()));

const values = (x: Tensor): number[] => [...x.dataSync()];
const close = (got: Tensor, expected: Tensor): void => {
  expect(got.shape).toEqual(expected.shape);
  const wanted = values(expected);
  values(got).forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i] as number, 6);
  });
};
const message = (fn: () => unknown): string => {
  try {
    fn();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("packed sequences", () => {
  const lengths = [2, 5, 1, 5];

  test("are laid out as PyTorch lays them", async () => {
    const sequences = [tensor([1, 2]), tensor([3, 4, 5]), tensor([6])];
    const packed = packSequence(sequences, { enforceSorted: false });
    expect(values(packed.data)).toEqual([3, 1, 6, 4, 2, 5]);
    expect(packed.batchSizes).toEqual([3, 2, 1]);
    expect([packed.sortedIndices, packed.unsortedIndices]).toEqual([[1, 0, 2], [1, 0, 2]]); // biome-ignore format: two rows
    expect(unpackSequence(packed).map(values)).toEqual(sequences.map(values));
    const [padded, back] = padPackedSequence(packed, { batchFirst: true, paddingValue: -1, totalLength: 4 });
    expect(await padded.tolist()).toEqual([[1, 2, -1, -1], [3, 4, 5, -1], [6, -1, -1, -1]]); // biome-ignore format: a table
    expect(back).toEqual([2, 3, 1]);
    expect(await padSequence(sequences, { paddingSide: "left" }).tolist()).toEqual([[0, 3, 0], [1, 4, 0], [2, 5, 6]]); // biome-ignore format: a table
  });

  test("pack and pad are inverse, in both layouts", () => {
    for (const batchFirst of [false, true]) {
      const x = randn(batchFirst ? [4, 5, 2] : [5, 4, 2]);
      const packed = packPaddedSequence(x, [5, 5, 5, 5], { batchFirst });
      close(padPackedSequence(packed, { batchFirst })[0], x);
    }
  });

  test.each([
    ["RNN", () => new RNN(3, 4, { bidirectional: true, numLayers: 2 })],
    ["GRU", () => new GRU(3, 4, { bidirectional: true })],
    ["LSTM", () => new LSTM(3, 4, { bidirectional: true, numLayers: 2, projSize: 2 })],
  ])("%s reads each sequence as if it were alone, from its own state", (_, make) => {
    const model = make() as RNN;
    const lists = (state: unknown): Tensor[] => (Array.isArray(state) ? state : [state as Tensor]);
    const like = (states: Tensor[]): never => (states.length > 1 ? states : states[0]) as never;
    const sequences = lengths.map((length) => randn([length, 3]));
    const initial = lists(model.call(randn([1, 4, 3]))[1]).map((state) => randn(state.shape));
    const [output, state] = model.callPacked(packSequence(sequences, { enforceSorted: false }), like(initial));
    const parts = unpackSequence(output);
    sequences.forEach((sequence, n) => {
      const [alone, last] = model.call(sequence, like(initial.map((s) => s.select(1, n))));
      close(parts[n] as Tensor, alone);
      lists(state).forEach((s, i) => {
        close(s.select(1, n), lists(last)[i] as Tensor);
      });
    });
  });

  test("messages", () => {
    expect([
      message(() => packPaddedSequence(zeros([5, 2, 3]), [2, 5])),
      message(() => packPaddedSequence(zeros([5, 2, 3]), [6, 5])),
      message(() => packPaddedSequence(zeros([5, 2, 3]), [5])),
    ]).toMatchInlineSnapshot(`
      [
        "packPaddedSequence: lengths must decrease (got [2, 5]). Pass { enforceSorted: false } to have them sorted",
        "packPaddedSequence: lengths must be whole numbers from 1 to 5 (got lengths [6, 5] for input [5, 2, 3])",
        "packPaddedSequence: expected one length for each of 2 sequences (got lengths [5] for input [5, 2, 3])",
      ]
    `);
  });
});

describe("gradients", () => {
  test.each([
    ["RNN", () => new RNN(2, 3, { bidirectional: true }), [2, 2, 3]],
    ["GRU", () => new GRU(2, 3, { bias: false }), [1, 2, 3]],
    ["GRU with biases", () => new GRU(2, 3), [1, 2, 3]],
    ["LSTM", () => new LSTM(2, 3, { numLayers: 2 }), [2, 2, 3]],
    ["LSTM with projections", () => new LSTM(2, 3, { projSize: 2, bidirectional: true }), [2, 2, 2]],
  ])("%s, packed", async (_, make, shape) => {
    const model = make();
    await checkGradients(model, [leaf(3, 2, 2), leaf(...shape)], (x, h) => {
      const start = model instanceof LSTM ? [h, ones([shape[0] as number, 2, 3], { dtype: "float64" })] : h;
      const [output, state] = (model as RNN).callPacked(packPaddedSequence(x as Tensor, [3, 1]), start as Tensor);
      return [output.data, ...(Array.isArray(state) ? (state as Tensor[]) : [state])];
    });
  });
});

test("a cell, step by step, is the layer", () => {
  const x = randn([5, 2, 3]);
  const run = (layer: RNN | GRU | LSTM, cell: RNNCell | GRUCell | LSTMCell): void => {
    cell.loadStateDict(Object.fromEntries(Object.entries(layer.stateDict()).map(([name, value]) => [name.replace("_l0", ""), value])));
    let state: unknown = null;
    const outputs: Tensor[] = [];
    for (let t = 0; t < 5; t++) {
      state = (cell as RNNCell).call(x.select(0, t), state as Tensor);
      outputs.push((Array.isArray(state) ? state[0] : state).unsqueeze(0));
    }
    close(cat(outputs), (layer as RNN).call(x)[0]);
  };
  run(new RNN(3, 4), new RNNCell(3, 4));
  run(new GRU(3, 4), new GRUCell(3, 4));
  run(new LSTM(3, 4), new LSTMCell(3, 4));
});

test("dropout acts between layers, in training only", () => {
  const model = new GRU(2, 3, { numLayers: 2, dropout: 1 });
  const x = randn([2, 1, 2]);
  const first = values(model.call(x)[0]);
  expect(values(model.call(randn([2, 1, 2]))[0])).toEqual(first); // the second layer sees zeros
  expect(values(model.eval().call(x)[0])).not.toEqual(first);
});

test("sequences leave nothing behind but their results", () => {
  const model = new LSTM(3, 4, { numLayers: 2, bidirectional: true });
  const x = randn([5, 2, 3]);
  const before = memory().liveBytes;
  const [output, [h, c]] = noGrad(() => model.call(x));
  expect(memory().liveBytes - before).toBe((output.numel + h.numel + c.numel) * 4);
});

test("they print as PyTorch prints them", () => {
  expect([
    String(new LSTM(3, 4, { numLayers: 2, bias: false, batchFirst: true, dropout: 0.5, bidirectional: true, projSize: 2 })),
    String(new RNN(3, 4, { nonlinearity: "relu" })),
    String(new RNNCell(3, 4, { bias: false, nonlinearity: "relu" })),
  ]).toMatchInlineSnapshot(`
    [
      "LSTM(3, 4, proj_size=2, num_layers=2, bias=False, batch_first=True, dropout=0.5, bidirectional=True)",
      "RNN(3, 4)",
      "RNNCell(3, 4, bias=False, nonlinearity=relu)",
    ]
  `);
});

test("messages", () => {
  expect([
    message(() => new LSTM(3, 4).call(zeros([5, 2, 2]))),
    message(() => new LSTM(3, 4).call(zeros([3]))),
    message(() => new GRU(3, 4, { batchFirst: true }).call(zeros([5, 2, 3]), zeros([1, 2, 4]))),
    message(() => new LSTM(3, 4, { projSize: 4 })),
    message(() => new RNN(3, 4, { nonlinearity: "gelu" as "relu" })),
    message(() => new GRUCell(3, 4).call(zeros([2, 3]), zeros([1, 4]))),
  ]).toMatchInlineSnapshot(`
    [
      "LSTM: expected 3 features (got x [5, 2, 2]). x is [T, N, in]
      in LSTM(3, 4)",
      "LSTM: expected x with 3 dims, or 2 without batch (got [3])
      in LSTM(3, 4)",
      "GRU: the hidden state must be [1, 5, 4] (got [1, 2, 4], x [5, 2, 3])
      in GRU(3, 4)",
      "LSTM: projSize must be from 0 to 3 (got 4)",
      "RNN: nonlinearity is "tanh" or "relu" (got "gelu")",
      "GRUCell: the state must be [2, 4] for x [2, 3] (got [1, 4])
      in GRUCell(3, 4)",
    ]
  `);
});
