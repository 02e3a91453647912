import { Generator, randn, setDefaultDevice, type Tensor, tensor, zeros } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { gumbelSoftmax } from "../functional.ts";
import { RReLU } from "../index.ts";

beforeAll(() => setDefaultDevice(reference()));

const values = (x: Tensor | null): number[] => [...(x as Tensor).dataSync()];

test("RReLU draws slopes between its bounds, and takes their mean in evaluation", () => {
  const layer = new RReLU({ lower: 0.25, upper: 0.75, generator: new Generator(1) });
  const slopes = values(layer.call(zeros([1000]).sub(1))).map((y) => -y);
  expect(Math.min(...slopes)).toBeGreaterThanOrEqual(0.25);
  expect(Math.max(...slopes)).toBeLessThanOrEqual(0.75);
  expect(slopes.reduce((sum, slope) => sum + slope, 0) / 1000).toBeCloseTo(0.5, 1); // five standard errors of 0.0046
  expect(values(layer.eval().call(tensor([-4, 0, 3])))).toEqual([-2, 0, 3]);
  expect(String(new RReLU())).toBe("RReLU(lower=0.125, upper=0.3333333333333333)");
  expect(() => new RReLU({ lower: 1, upper: 0 }).call(zeros([1]))).toThrowErrorMatchingInlineSnapshot(`
    [IndexError: rrelu: lower must not exceed upper (got 1 and 0)
      in RReLU(lower=1, upper=0)]
  `);
});

test("a hard Gumbel sample is one-hot, has the frequencies of the softmax and the gradient of the soft one", () => {
  const logits = tensor([0, Math.log(3)])
    .expand(4000, 2)
    .clone()
    .requiresGrad_();
  const options = (): { generator: Generator } => ({ generator: new Generator(2) });
  const hard = gumbelSoftmax(logits, { hard: true, ...options() });
  const soft = gumbelSoftmax(logits, options());
  expect(new Set(values(hard.round()))).toEqual(new Set([0, 1]));
  expect(values(hard.sum(0))[1] as number).toBeGreaterThan(3000 - 137); // five standard deviations of √(4000·¾·¼)
  expect(values(hard.sum(0))[1] as number).toBeLessThan(3000 + 137);
  const weights = randn([4000, 2]);
  soft.mul(weights).sum().backward();
  const expected = values(logits.grad);
  logits.grad = null;
  hard.mul(weights).sum().backward();
  expect(values(logits.grad)).toEqual(expected);
  expect(gumbelSoftmax(zeros([2, 3, 4]), { hard: true, dim: 1 }).sum(1).shape).toEqual([2, 4]);
});
