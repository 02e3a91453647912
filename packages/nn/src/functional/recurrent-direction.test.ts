// A direction that runs as one op equals the one composed of steps: values, gradients, and what it leaves behind.
import { grad } from "@gradkit/autograd";
import { cpu } from "@gradkit/backend-cpu";
import { Adam } from "@gradkit/optim";
import { memory, noGrad, randn, setDefaultDevice, type Tensor } from "@gradkit/tensor";
import { beforeAll, expect, test } from "vitest";
import { LSTM } from "../index.ts";
import { type CellKind, gruCell, lstmCell, rnnCell } from "./cell-kinds.ts";
import { composeDirection, type RecurrentWeights } from "./recurrent.ts";
import { runDirection } from "./recurrent-direction.ts";

beforeAll(async () => setDefaultDevice(await cpu({ poison: true })));

const leaf = (...shape: number[]): Tensor => randn(shape).mul(0.4).detach().requiresGrad_();

interface Case {
  readonly kind: CellKind;
  readonly bias?: boolean;
  readonly projection?: number;
  readonly reverse?: boolean;
  readonly batchSizes?: readonly number[];
}

const IN = 5;
const H = 6;

function operandsOf({ kind, bias = true, projection, batchSizes = [3, 3, 2, 1] }: Case) {
  const out = projection ?? H;
  const total = batchSizes.reduce((a, b) => a + b);
  const weights: RecurrentWeights = {
    ih: leaf(kind.gates * H, IN),
    hh: leaf(kind.gates * H, out),
    biasIh: bias ? leaf(kind.gates * H) : null,
    biasHh: bias ? leaf(kind.gates * H) : null,
    hr: projection ? leaf(projection, H) : null,
  };
  const initial = [leaf(3, out), ...(kind.states > 1 ? [leaf(3, H)] : [])];
  return { x: leaf(total, IN), batchSizes, initial, weights };
}

const close = (got: Tensor, expected: Tensor): void => {
  expect(got.shape).toEqual(expected.shape);
  expect(got.sub(expected).abs().max().itemSync()).toBeLessThan(2e-6 * (1 + expected.abs().max().itemSync()));
};

const cases: [string, Case][] = [
  ["LSTM", { kind: lstmCell }],
  ["LSTM backwards", { kind: lstmCell, reverse: true }],
  ["LSTM of equal lengths", { kind: lstmCell, batchSizes: [3, 3] }],
  ["LSTM without biases", { kind: lstmCell, bias: false }],
  ["LSTM with projections", { kind: lstmCell, projection: 4 }],
  ["LSTM with projections backwards", { kind: lstmCell, projection: 4, reverse: true }],
  ["GRU", { kind: gruCell }],
  ["GRU backwards", { kind: gruCell, reverse: true }],
  ["GRU, one sequence longer than the others", { kind: gruCell, batchSizes: [3, 1, 1, 1] }],
  ["GRU without biases", { kind: gruCell, bias: false }],
  ["RNN", { kind: rnnCell("RNN", "tanh") }],
  ["RNN backwards", { kind: rnnCell("RNN", "tanh"), reverse: true }],
  ["RNN with relu", { kind: rnnCell("RNN", "relu") }],
];

test.each(cases)("%s: values and gradients are those of the composed form", (_, settings) => {
  const { x, batchSizes, initial, weights } = operandsOf(settings);
  const { kind, reverse = false } = settings;
  const leaves = [x, ...initial, ...Object.values(weights).filter((weight) => weight !== null)];
  const into: Tensor[] = [];
  const run = (direction: typeof runDirection): [Tensor[], Tensor[]] => {
    const { outputs, last } = direction(kind, x, batchSizes, initial, weights, reverse);
    const results = [outputs, ...last];
    if (into.length === 0) into.push(...results.map(({ shape }) => randn(shape)));
    return [results, grad(results, leaves, { gradOutputs: into })];
  };
  const [expected, expectedGradients] = run(composeDirection);
  const [results, gradients] = run(runDirection);
  results.forEach((result, k) => {
    close(result, expected[k] as Tensor);
  });
  gradients.forEach((gradient, i) => {
    close(gradient, expectedGradients[i] as Tensor);
  });
  close(noGrad(() => runDirection(kind, x, batchSizes, initial, weights, reverse)).outputs, expected[0] as Tensor);
});

test.each([lstmCell, gruCell])("$name: gradients of one operand alone", (kind) => {
  const { x, batchSizes, initial, weights } = operandsOf({ kind });
  const all = [x, ...initial, weights.ih, weights.hh, weights.biasIh, weights.biasHh] as Tensor[];
  const outputs = (direction: typeof runDirection): Tensor =>
    direction(kind, x, batchSizes, initial, weights, false).outputs.square().sum();
  const expected = grad(outputs(composeDirection), all);
  all.forEach((operand, i) => {
    for (const other of all) other.requiresGrad_(other === operand);
    close(grad(outputs(runDirection), [operand])[0], expected[i] as Tensor);
  });
});

test("second derivatives part a weight that serves twice", () => {
  const operands = operandsOf({ kind: gruCell });
  const shared = leaf(3 * H, H);
  const x = leaf(9, H);
  const curvature = (direction: typeof runDirection): Tensor => {
    const { outputs } = direction(
      gruCell,
      x,
      operands.batchSizes,
      operands.initial,
      { ...operands.weights, ih: shared, hh: shared },
      false,
    );
    const [slope] = grad(outputs.square().sum(), [shared], { createGraph: true });
    return grad(slope.square().sum(), [shared])[0];
  };
  close(curvature(runDirection).div(100), curvature(composeDirection).div(100));
});

test("outputs may be changed in place, and a graph walked twice", () => {
  const lstm = new LSTM(IN, H);
  const x = leaf(4, 3, IN);
  const slope = (change: (y: Tensor) => Tensor): Tensor => {
    const loss = change(lstm.call(x)[0]).sum();
    grad(loss, [x], { retainGraph: true });
    return grad(loss, [x])[0];
  };
  close(
    slope((y) => y.mul_(3)),
    slope((y) => y.mul(3)),
  );
});

test("100 training steps hold as much as 10", () => {
  const lstm = new LSTM(16, 32, { numLayers: 2, bidirectional: true });
  const optimizer = new Adam(lstm.parameters(), { lr: 1e-3 });
  const x = randn([8, 40, 16]);
  const live: number[] = [];
  for (let i = 1; i <= 100; i++) {
    optimizer.zeroGrad();
    const [y, [h, c]] = lstm.call(x);
    const loss = y.square().mean().add(h.mul(c).mean()); // a state that the loss does not know is the collector's
    loss.backward();
    optimizer.step();
    loss.dispose();
    if (i === 10 || i === 100) live.push(memory().liveBytes);
  }
  expect((live[1] as number) - (live[0] as number)).toBeLessThan(90 * 4 * 64); // scalars that were dropped; the outputs alone are 80 kB a step
});
