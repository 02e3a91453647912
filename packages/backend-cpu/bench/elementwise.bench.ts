// Elementwise kernels and reductions on one thread: `node --conditions=@gradkit/source packages/backend-cpu/bench/elementwise.bench.ts`
import {
  add,
  constant,
  div,
  erf,
  exp,
  type Formula,
  formula,
  input,
  log,
  max,
  mul,
  type Node,
  neg,
  scalar,
  sqrt,
  sub,
  tanh,
  type View,
} from "@gradkit/tensor/backend";
import { cpu } from "../src/index.ts";
import { medianMs } from "./median.ts";

const device = await cpu();

function view(shape: readonly number[], strides: readonly number[], value: () => number): View {
  const count = 1 + shape.reduce((sum, n, d) => sum + (n - 1) * (strides[d] as number), 0);
  const buffer = device.allocate(4 * count);
  device.write(buffer, 0, Float32Array.from({ length: count }, value));
  return { buffer, dtype: "float32", shape, strides, offset: 0 };
}
const noise = (): number => Math.random() * 4 - 2;
const positive = (): number => Math.random() + 0.1;

function time(label: string, run: () => void): void {
  const milliseconds = medianMs(run);
  console.log(label.padEnd(44), milliseconds < 0.01 ? `${(milliseconds * 1e6).toFixed(0)} ns` : `${milliseconds.toFixed(3)} ms`);
}

const [x, y] = [input(0, "float"), input(1, "float")];
const unary = (root: Node): Formula => formula(["float"], [], [root]);
const scaled = add(mul(x, 1.5), 0.25);
const gelu = mul(mul(scaled, 0.5), add(constant(1), erf(mul(scaled, Math.SQRT1_2))));
const inner = mul(0.7978845608028654, add(scaled, mul(0.044715, mul(scaled, mul(scaled, scaled)))));
const geluTanh = mul(mul(scaled, 0.5), add(constant(1), tanh(inner)));

const million = [1_000_000];
const [a, b, out] = [view(million, [1], positive), view(million, [1], noise), view(million, [1], noise)];
time("relu(x), 10⁶", () => device.map(unary(max(x, 0)), [b], [], [out]));
time("x + y, 10⁶", () => device.map(formula(["float", "float"], [], [add(x, y)]), [a, b], [], [out]));
time("exp(x), 10⁶", () => device.map(unary(exp(x)), [b], [], [out]));
time("log(x), 10⁶", () => device.map(unary(log(x)), [a], [], [out]));
time("tanh(x), 10⁶", () => device.map(unary(tanh(x)), [b], [], [out]));
time("1 / (1 + exp(−x)), 10⁶", () => device.map(unary(div(constant(1), add(constant(1), exp(neg(x))))), [b], [], [out]));
time("gelu(1.5x + 0.25), 10⁶", () => device.map(unary(gelu), [b], [], [out]));
time("gelu(1.5x + 0.25), by tanh, 10⁶", () => device.map(unary(geluTanh), [b], [], [out]));

const adam = ((): Formula => {
  const [p, g, m, v] = [0, 1, 2, 3].map((k) => input(k, "float")) as [Node, Node, Node, Node];
  const [lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, eps] = [0, 1, 2, 3, 4, 5].map((k) => scalar(k, "float")) as [
    Node,
    Node,
    Node,
    Node,
    Node,
    Node,
  ];
  const m1 = add(mul(beta1, m), mul(oneMinusBeta1, g));
  const v1 = add(mul(beta2, v), mul(oneMinusBeta2, mul(g, g)));
  return formula(
    ["float", "float", "float", "float"],
    Array.from({ length: 6 }, () => "float" as const),
    [sub(p, mul(lr, div(m1, add(sqrt(v1), eps)))), m1, v1],
  );
})();
const state = [view(million, [1], noise), view(million, [1], noise), view(million, [1], positive)] as const;
time("Adam, 10⁶", () => device.map(adam, [state[0], a, state[1], state[2]], [1e-3, 0.9, 0.1, 0.999, 0.001, 1e-8], [...state]));

const matrix = view([2048, 2048], [2048, 1], noise);
const copy = view([2048, 2048], [2048, 1], noise);
time("transposed copy, 2048²", () => device.map(unary(x), [{ ...matrix, strides: [1, 2048] }], [], [copy]));
time("row added to each row, 2048²", () =>
  device.map(formula(["float", "float"], [], [add(x, y)]), [matrix, { ...a, shape: [2048, 2048], strides: [0, 1] }], [], [copy]),
);

const wide = view([4096, 1024], [1024, 1], noise);
const [column, row] = [view([4096, 1], [1, 1], noise), view([1, 1024], [1024, 1], noise)];
const whole = view([1, 1], [1, 1], noise);
time("sum over dim 0, [4096, 1024]", () => device.reduce("sum", unary(x), [wide], [], [row], [0]));
time("sum over dim 1, [4096, 1024]", () => device.reduce("sum", unary(x), [wide], [], [column], [1]));
time("sum over both, [4096, 1024]", () => device.reduce("sum", unary(x), [wide], [], [whole], [0, 1]));
time("max over dim 1, [4096, 1024]", () => device.reduce("max", unary(x), [wide], [], [column], [1]));
time("argmax over dim 1, [4096, 1024]", () => device.reduce("argmax", unary(x), [wide], [], [{ ...column, dtype: "int32" }], [1]));
const narrow = { ...wide, shape: [419_430, 10], strides: [10, 1] };
time("sum over dim 1, [419430, 10]", () =>
  device.reduce("sum", unary(x), [narrow], [], [{ ...out, shape: [419_430, 1], strides: [1, 1] }], [1]),
);
time("sum over dim 0, [419430, 10]", () =>
  device.reduce("sum", unary(x), [narrow], [], [{ ...out, shape: [1, 10], strides: [10, 1] }], [0]),
);

const [p, q, r] = [view([64], [1], noise), view([64], [1], noise), view([64], [1], noise)];
const sum64 = formula(["float", "float"], [], [add(x, y)]);
time("x + y, 64 elements", () => device.map(sum64, [p, q], [], [r]));
const rows = [view([8, 8], [8, 1], noise), { ...q, shape: [8, 8], strides: [0, 1] }, view([8, 8], [8, 1], noise)] as const;
time("row added to each row, 8 × 8", () => device.map(sum64, [rows[0], rows[1]], [], [rows[2]]));
time("sum over dim 1, 8 × 8", () => device.reduce("sum", unary(x), [rows[0]], [], [{ ...q, shape: [8, 1], strides: [1, 1] }], [1]));
