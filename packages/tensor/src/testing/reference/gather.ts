// Reading through indices.
import type { Backend } from "../../backend.ts";
import { elementsOf, storeTo } from "./buffer.ts";
import { pinned, walk } from "./walk.ts";

export const gather: Backend["gather"] = (input, dim, index, out) => {
  const [source, indices] = [elementsOf(input), elementsOf(index)];
  const store = storeTo(out);
  const step = input.strides[dim] as number;
  walk(index.shape, [out, index, pinned(input, [dim])], (_, [at, indexAt, start]) => {
    const position = indices[indexAt as number] as number;
    store(at as number, source[(start as number) + position * step] as number);
  });
};
