// Copies: of values into new memory, into another dtype or device, and over existing memory.
import type { Backend } from "../backend.ts";
import { type DType, dtypeInfo } from "../dtype.ts";
import { cast } from "../formula/build.ts";
import { type Formula, formula, input, perType, type ScalarType } from "../formula/nodes.ts";
import type { Tensor } from "../tensor.ts";
import { allocate, applyOp, type StructuredOp } from "./dispatch.ts";
import { mapFormula, mapInPlace } from "./map.ts";

/** x as another scalar type. */
export const castFormula: (from: ScalarType, to: ScalarType) => Formula = /* @__PURE__ */ perType((from, to) =>
  formula([from], [], [cast(input(0, from), to)]),
);
const convert = (from: DType, to: DType): Formula => castFormula(dtypeInfo(from).scalar, dtypeInfo(to).scalar);

/** The same values in new, contiguous memory. */
export const clone = (x: Tensor): Tensor => mapFormula("clone", convert(x.dtype, x.dtype), [x], [], [x.dtype])[0] as Tensor;

/** x itself where its elements already lie in row-major order, else a copy that does. */
export const contiguous = (x: Tensor): Tensor => (x.isContiguous ? x : clone(x));

/** Writes `source`, broadcast and converted, over `target`. */
export const copy_ = (target: Tensor, source: Tensor): Tensor =>
  mapInPlace("copy_", convert(source.dtype, target.dtype), target, [source], []);

/** Another dtype; floats are truncated to integers. x itself where it already has it. */
export function toDType(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : (mapFormula("to", convert(x.dtype, dtype), [x], [], [dtype])[0] as Tensor);
}

/** Bytes travel through the host: `write` orders itself after the read. Gradients travel back the same way. */
export const transfer: StructuredOp<{ device: Backend }> = {
  name: "transfer",
  infer: ([x]) => [{ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype }],
  decompose([x], { device }) {
    const source = x as Tensor;
    const target = allocate(device, source.shape, source.dtype);
    if (!device.capabilities.shapesOnly) device.write(target.buffer, 0, source.dataSync());
    return [target];
  },
};

/** The same values on another device. The source must read synchronously: values of one that does not come through `await x.data()`. */
export const toDevice = (x: Tensor, device: Backend): Tensor =>
  x.device === device ? x : (applyOp(transfer, [x], { device })[0] as Tensor);

/** Another dtype, or another device. */
export const to = (x: Tensor, target: DType | Backend): Tensor => (typeof target === "string" ? toDType(x, target) : toDevice(x, target));
