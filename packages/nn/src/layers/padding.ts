// Padding layers: one row each. `padding` is one number for all sides, or (before, after) from the last dim to the first.
import { formatShape, type PadOptions, pad, ShapeError, type Tensor } from "@gradkit/tensor";
import { Module } from "../module.ts";
import { pythonTuple } from "../print-module.ts";

/** Pads the last dims of [N, C, …] or [C, …]. */
export interface Padding extends Module {
  forward(x: Tensor): Tensor;
}

export type PaddingClass = new (padding: number | readonly number[]) => Padding;
export type ConstantPaddingClass = new (padding: number | readonly number[], value: number) => Padding;

function padding<Rest extends unknown[]>(
  name: string,
  dims: number,
  optionsOf: (...rest: Rest) => PadOptions,
): new (
  padding: number | readonly number[],
  ...rest: Rest
) => Padding {
  const type = class extends Module {
    readonly padding: readonly number[];
    readonly options: PadOptions;

    constructor(sides: number | readonly number[], ...rest: Rest) {
      super();
      this.padding = typeof sides === "number" ? new Array<number>(2 * dims).fill(sides) : sides;
      this.options = optionsOf(...rest);
      if (this.padding.length !== 2 * dims)
        throw new ShapeError(name, `padding must have ${2 * dims} numbers (got ${formatShape(this.padding)})`);
    }

    forward(x: Tensor): Tensor {
      return pad(x, this.padding, this.options);
    }

    override extraRepr(): string {
      const { mode, value } = this.options;
      return mode === "constant" && value !== 0 ? `padding=${pythonTuple(this.padding)}, value=${value}` : pythonTuple(this.padding);
    }
  };
  return Object.defineProperty(type, "name", { value: name });
}

const zeros = (): PadOptions => ({ mode: "constant", value: 0 });
const constant = (value: number): PadOptions => ({ mode: "constant", value });
const reflect = (): PadOptions => ({ mode: "reflect" });
const replicate = (): PadOptions => ({ mode: "replicate" });
const circular = (): PadOptions => ({ mode: "circular" });

/** Zeros around [N, C, L] or [C, L]. */
export const ZeroPad1d: PaddingClass = /* @__PURE__ */ padding("ZeroPad1d", 1, zeros);
/** Zeros around [N, C, H, W] or [C, H, W]. */
export const ZeroPad2d: PaddingClass = /* @__PURE__ */ padding("ZeroPad2d", 2, zeros);
/** Zeros around [N, C, D, H, W] or [C, D, H, W]. */
export const ZeroPad3d: PaddingClass = /* @__PURE__ */ padding("ZeroPad3d", 3, zeros);
/** A value of your own around [N, C, L] or [C, L]. */
export const ConstantPad1d: ConstantPaddingClass = /* @__PURE__ */ padding("ConstantPad1d", 1, constant);
/** A value of your own around [N, C, H, W] or [C, H, W]. */
export const ConstantPad2d: ConstantPaddingClass = /* @__PURE__ */ padding("ConstantPad2d", 2, constant);
/** A value of your own around [N, C, D, H, W] or [C, D, H, W]. */
export const ConstantPad3d: ConstantPaddingClass = /* @__PURE__ */ padding("ConstantPad3d", 3, constant);
/** The values inside, mirrored without the edge itself, around [N, C, L] or [C, L]. */
export const ReflectionPad1d: PaddingClass = /* @__PURE__ */ padding("ReflectionPad1d", 1, reflect);
/** The values inside, mirrored without the edge itself, around [N, C, H, W] or [C, H, W]. */
export const ReflectionPad2d: PaddingClass = /* @__PURE__ */ padding("ReflectionPad2d", 2, reflect);
/** The values inside, mirrored without the edge itself, around [N, C, D, H, W] or [C, D, H, W]. */
export const ReflectionPad3d: PaddingClass = /* @__PURE__ */ padding("ReflectionPad3d", 3, reflect);
/** The nearest edge around [N, C, L] or [C, L]. */
export const ReplicationPad1d: PaddingClass = /* @__PURE__ */ padding("ReplicationPad1d", 1, replicate);
/** The nearest edge around [N, C, H, W] or [C, H, W]. */
export const ReplicationPad2d: PaddingClass = /* @__PURE__ */ padding("ReplicationPad2d", 2, replicate);
/** The nearest edge around [N, C, D, H, W] or [C, D, H, W]. */
export const ReplicationPad3d: PaddingClass = /* @__PURE__ */ padding("ReplicationPad3d", 3, replicate);
/** What is at the opposite side around [N, C, L] or [C, L]. */
export const CircularPad1d: PaddingClass = /* @__PURE__ */ padding("CircularPad1d", 1, circular);
/** What is at the opposite side around [N, C, H, W] or [C, H, W]. */
export const CircularPad2d: PaddingClass = /* @__PURE__ */ padding("CircularPad2d", 2, circular);
/** What is at the opposite side around [N, C, D, H, W] or [C, D, H, W]. */
export const CircularPad3d: PaddingClass = /* @__PURE__ */ padding("CircularPad3d", 3, circular);
