// Stable sort along a dim; NaN is the largest.
import type { Backend } from "../../backend.ts";
import { elementsOf, storeTo } from "./buffer.ts";
import { beats } from "./combine.ts";
import { eachLine } from "./lines.ts";

const ascending = (a: number, b: number): number => (beats(true, b, a) ? -1 : beats(true, a, b) ? 1 : 0);

export const sort: Backend["sort"] = (input, dim, descending, values, indices) => {
  const views = [input, values, indices];
  const [from, valueStep, indexStep] = views.map(({ strides }) => strides[dim] as number) as [number, number, number];
  const source = elementsOf(input);
  const [storeValue, storeIndex] = [storeTo(values), storeTo(indices)];
  const order = Array.from({ length: input.shape[dim] as number }, (_, i) => i);

  eachLine(views, dim, ([start, valueStart, indexStart]) => {
    const line = order.map((i) => source[(start as number) + i * from] as number);
    const sorted = order.toSorted((i, j) => (descending ? -1 : 1) * ascending(line[i] as number, line[j] as number));
    sorted.forEach((origin, i) => {
      storeValue((valueStart as number) + i * valueStep, line[origin] as number);
      storeIndex((indexStart as number) + i * indexStep, origin);
    });
  });
};
