// Packs a matrix into panels for the right side of a product: [panel][k][width], the last panel filled up with zeros.
import { advance, doWhile, forRange, when } from "../wasm/control.ts";
import { type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { v128 } from "../wasm/simd.ts";
import { transposeLanes } from "./transpose.ts";

/** Element (n, k) lies at from + n·nStride + k·kStride, in bytes. Nothing may be empty. */
export type PackPanels = (from: number, nStride: number, kStride: number, n: number, k: number, to: number) => void;

const panelParameters = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** A whole panel whose n are neighbours. */
const copyPanelFunction = (module: ModuleBuilder, width: number) =>
  module.func("copyPanel", panelParameters, null, (_f, from, _nStride, kStride, _n, k, to) => {
    const offsets = Array.from({ length: width / 4 }, (_, j) => 16 * j);
    return doWhile(
      [
        offsets.map((offset) => v128.store(to, v128.load(from, offset), offset)),
        advance(from, kStride),
        advance(to, 4 * width),
        advance(k, -1),
      ],
      k,
    );
  });

/** A whole panel whose k are neighbours: four rows at a time, transposed four by four. */
const transposePanelFunction = (module: ModuleBuilder, width: number) =>
  module.func("transposePanel", panelParameters, null, (f, from, nStride, _kStride, _n, k, to) => {
    const [row, step, at] = [f.i32(), f.i32(), f.i32()];
    const pointers = f.locals("i32", 4);
    const lanes = f.locals("v128", 4);
    return forRange(row, 0, width, 4, [
      pointers.map((pointer, r) => pointer.set(r === 0 ? from : i32.add(pointers[r - 1] as Local<"i32">, nStride))),
      at.set(i32.add(to, i32.shl(row, 2))),
      forRange(step, 3, k, 4, [
        lanes.map((lane, r) => lane.set(v128.load(pointers[r] as Local<"i32">))),
        transposeLanes(f, lanes, (column, value) => v128.store(at, value, 4 * width * column)),
        pointers.map((pointer) => advance(pointer, 16)),
        advance(at, 16 * width),
      ]),
      forRange(step, i32.and(k, -4), k, 1, [
        pointers.map((pointer, r) => [i32.store(at, i32.load(pointer), 4 * r), advance(pointer, 4)]),
        advance(at, 4 * width),
      ]),
      advance(from, i32.shl(nStride, 2)),
    ]);
  });

/** Any strides, and panels of fewer columns than the width. */
const gatherPanelFunction = (module: ModuleBuilder, width: number) =>
  module.func("gatherPanel", panelParameters, null, (f, from, nStride, kStride, n, k, to) => {
    const [x, at] = [f.i32(), f.i32()];
    const zeros = Array.from({ length: width / 4 }, (_, j) => v128.store(to, v128.const(new Int32Array(4)), 16 * j));
    return doWhile(
      [
        zeros,
        at.set(from),
        forRange(x, 0, i32.shl(n, 2), 4, [i32.store(i32.add(to, x), i32.load(at)), advance(at, nStride)]),
        advance(from, kStride),
        advance(to, 4 * width),
        advance(k, -1),
      ],
      k,
    );
  });

export function compilePackPanels(target: Target, width: number): PackPanels {
  const module = new ModuleBuilder(target);
  const copyPanel = copyPanelFunction(module, width);
  const transposePanel = transposePanelFunction(module, width);
  const gatherPanel = gatherPanelFunction(module, width);
  module.func("pack", panelParameters, null, (f, from, nStride, kStride, n, k, to) => {
    const columns = f.i32();
    const wholePanel = when(
      i32.eq(nStride, 4),
      copyPanel(from, nStride, kStride, columns, k, to),
      when(i32.eq(kStride, 4), transposePanel(from, nStride, kStride, columns, k, to), gatherPanel(from, nStride, kStride, columns, k, to)),
    );
    return doWhile(
      [
        columns.set(i32.select(i32.ltS(n, width), n, width)),
        when(i32.eq(columns, width), wholePanel, gatherPanel(from, nStride, kStride, columns, k, to)),
        advance(from, i32.mul(nStride, width)),
        advance(to, i32.mul(k, 4 * width)),
        advance(n, -width),
      ],
      i32.gtS(n, 0),
    );
  });
  return module.kernel<PackPanels>("pack");
}
