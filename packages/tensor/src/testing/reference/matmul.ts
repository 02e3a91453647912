// Matrix product: for each element of the result the sum over K in float64, then the epilogue.
import type { Backend } from "../../backend.ts";
import { evaluate } from "../../formula/evaluate.ts";
import { elementsOf, storeTo } from "./buffer.ts";
import { isWhole } from "./combine.ts";
import { pinned, walk } from "./walk.ts";

export const matmul: Backend["matmul"] = (a, b, out, epilogue) => {
  const rank = out.shape.length;
  const inner = a.shape[rank - 1] as number;
  const [aStep, bStep] = [a.strides[rank - 1] as number, b.strides[rank - 2] as number];
  const [left, right] = [elementsOf(a), elementsOf(b)];
  const store = storeTo(out);
  const whole = isWhole(a.dtype);
  const product = (i: number, j: number): number => {
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      const [x, y] = [left[i + k * aStep] as number, right[j + k * bStep] as number];
      sum += whole ? Math.imul(x, y) : x * y;
    }
    return whole ? sum | 0 : sum;
  };

  const inputs = epilogue?.inputs ?? [];
  const sources = inputs.map(elementsOf);
  const end = epilogue && evaluate(epilogue.formula);
  const layouts = [out, pinned(a, [rank - 1]), pinned(b, [rank - 2]), ...inputs];
  walk(out.shape, layouts, (index, [at, row, column, ...rest]) => {
    const value = product(row as number, column as number);
    const others = sources.map((source, i) => source[rest[i] as number] as number);
    store(at as number, end ? (end([value, ...others], epilogue.scalars, index)[0] as number) : value);
  });
};
