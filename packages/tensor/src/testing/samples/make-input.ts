// A described input as a tensor on a device.
import type { Backend } from "../../backend.ts";
import { type DType, dtypes, isFloat } from "../../dtype.ts";
import { scope } from "../../lifetime.ts";
import { empty } from "../../ops/creation.ts";
import type { Tensor } from "../../tensor.ts";
import { walk } from "../reference/walk.ts";
import { layoutOf } from "./layouts.ts";
import type { Operand } from "./sample.ts";
import { ordinary } from "./values.ts";

/** Lies between the elements of a view: whoever reads it shows. */
const GAP = 77;

/**
 * The tensor that an operand describes. `stream` is its position among the sample's inputs; floats may be asked for in another dtype
 * (float64 for gradients).
 */
export function makeInput(operand: Operand, stream: number, device: Backend, float: DType = "float32"): Tensor {
  const { shape, dtype: wanted = "float32", values = ordinary, layout = "contiguous" } = operand;
  const dtype = isFloat(wanted) ? float : wanted;
  const { stored, view } = layoutOf(layout);
  const base = empty(stored(shape), { dtype, device });
  const result = scope(() => view(base, shape));
  const data = new dtypes[dtype].array(base.numel).fill(dtype === "bool" ? 1 : GAP);
  walk(shape, [result], (position, [at]) => {
    const value = values(position, stream);
    data[at as number] = dtype === "bool" ? Number(value !== 0) : isFloat(dtype) ? Math.fround(value) : value;
  });
  device.write(base.buffer, 0, data);
  if (result !== base) base.dispose("the view on it is the input");
  return result;
}
