// Backend.rowwise: a lane takes some rows through all calls, which then need not wait for each other's rows, and a matrix that many products read is
// packed once.
import { type Backend, type Epilogue, inTurn, type Lower, numel, type RowwiseCall, type View } from "@gradkit/tensor/backend";
import type { CpuBuffer } from "../buffer.ts";
import { partStart } from "../lanes.ts";
import type { Memory } from "../memory.ts";
import { CallBlock, outerWord, outerWords } from "./call-block.ts";
import { addressOf } from "./contiguous.ts";
import { MapKernels } from "./map.ts";
import { layoutOf, rowBias } from "./matmul.ts";
import { type MatrixProduct, PreparedProduct, type ProductShape, packs } from "./matrix-product.ts";
import { PackedProduct, packRight } from "./packed-product.ts";

/** Tiles of fewer rows are so slow that lanes rather share the columns of each product. */
const fewestRows = 4;

/** One core's time, to tell what work is worth sharing. */
const flopsPerNanosecond = 45;
const nanosecondsPerElement = 0.5; // of an operand

type Product = Extract<RowwiseCall, { kind: "matmul" }>;

const outputOf = (call: RowwiseCall): View => (call.kind === "map" ? (call.outputs[0] as View) : call.out);
const rowsOf = (call: RowwiseCall): number => outputOf(call).shape[0] as number;

/** A bias that all rows share: one row of its own may be written by an earlier call. */
const sharedBias = (epilogue: Epilogue, out: View): number => (epilogue.inputs[0]?.strides[0] === 0 ? rowBias(epilogue, out) : 0);

const shapeOf = ({ a, b, out, epilogue }: Product, rows: number): ProductShape => ({
  dtype: "float32",
  m: rows,
  n: out.shape[1] as number,
  k: a.shape[1] as number,
  a: layoutOf(a),
  b: layoutOf(b),
  cRow: layoutOf(out).rowStride,
  bias: epilogue ? sharedBias(epilogue, out) : 0,
  adds: false,
});

function nanoseconds(call: RowwiseCall): number {
  if (call.kind === "map") return numel(outputOf(call).shape) * (call.inputs.length + call.outputs.length) * nanosecondsPerElement;
  return (2 * numel(call.out.shape) * (call.a.shape[1] as number)) / flopsPerNanosecond;
}

const slice = ({ buffer, dtype, shape, strides, offset }: View, first: number, count: number): View => ({
  buffer,
  dtype,
  shape: [count, shape[1] as number],
  strides,
  offset: offset + first * (strides[0] as number),
});

export function createRowwise(
  memory: Memory,
  lower: Lower,
  product: MatrixProduct,
  oneByOne: Pick<Backend, "map" | "matmul">,
): NonNullable<Backend["rowwise"]> {
  let maps: MapKernels | undefined; // which neither shares nor copies
  /** What products read on the right, packed where it pays, since so many rows meet it. */
  function packAll(calls: readonly RowwiseCall[]): Map<View, CpuBuffer | null> {
    const products = calls.filter((call) => call.kind === "matmul");
    const rows = new Map<View, number>();
    for (const { b, out } of products) rows.set(b, (rows.get(b) ?? 0) + (out.shape[0] as number));
    const packed = new Map<View, CpuBuffer | null>();
    for (const call of products) {
      if (packed.has(call.b)) continue;
      const shape = shapeOf(call, rows.get(call.b) as number);
      packed.set(call.b, packs(shape) && shape.a.columnStride === 4 ? packRight(memory, product, shape, addressOf(call.b)) : null);
    }
    return packed;
  }

  return (calls) => {
    const total = Math.max(0, ...calls.map(rowsOf));
    const work = calls.reduce((sum, call) => sum + nanoseconds(call), 0);
    const lanes = memory.lanes.count(work, total, 1);
    const inPlace = calls.every((call) => call.kind === "map" || call.out.strides[1] === 1);
    if (!inPlace || (lanes > 1 && total < lanes * fewestRows)) {
      inTurn(oneByOne, calls);
      return;
    }
    const packed = packAll(calls);
    maps ??= new MapKernels(memory, lower);
    const ofLanes = maps;
    memory.lanes.fork(lanes, (lane) => {
      const first = partStart(total, lane, lanes);
      const run = new LaneOfRows(memory, ofLanes, product, packed);
      for (const call of calls) {
        const count = Math.min(rowsOf(call), partStart(total, lane + 1, lanes)) - first;
        if (count > 0 && numel(outputOf(call).shape) > 0) run.call(call, first, count);
      }
      run.release();
    });
    for (const buffer of packed.values()) if (buffer) memory.release(buffer);
  };
}

type Prepared = Pick<PackedProduct, "run" | "release">;

/** Of products that have the right operand in common. */
const alike = (x: ProductShape, y: ProductShape): boolean =>
  x.m === y.m && x.a.rowStride === y.a.rowStride && x.a.columnStride === y.a.columnStride && x.cRow === y.cRow && x.bias === y.bias;

/** Blocks of words for calls, as a lane may still need them when it is run. */
const blockWords = 0x1000;

class LaneOfRows {
  readonly #memory: Memory;
  readonly #maps: MapKernels;
  readonly #product: MatrixProduct;
  readonly #packed: ReadonlyMap<View, CpuBuffer | null>;
  readonly #prepared = new Map<View, { shape: ProductShape; product: Prepared }>();
  readonly #buffers: CpuBuffer[] = [];
  #used = blockWords;

  constructor(memory: Memory, maps: MapKernels, product: MatrixProduct, packed: ReadonlyMap<View, CpuBuffer | null>) {
    this.#memory = memory;
    this.#maps = maps;
    this.#product = product;
    this.#packed = packed;
  }

  call(call: RowwiseCall, first: number, count: number): void {
    const part = (view: View): View => slice(view, first, count);
    if (call.kind === "map") {
      this.#map(call.formula, call.inputs.map(part), call.outputs.map(part));
      return;
    }
    const { a, b, out, epilogue } = call;
    const packed = this.#packed.get(b);
    this.#prepare(call, count).run(addressOf(part(a)), packed ? packed.pointer : addressOf(b), addressOf(part(out)));
    if (epilogue && !sharedBias(epilogue, out)) this.#map(epilogue.formula, [out, ...epilogue.inputs].map(part), [part(out)]);
  }

  /** As for the last call with the same matrix, as long as the rest is the same too. */
  #prepare(call: Product, count: number): Prepared {
    const shape = shapeOf(call, count);
    const last = this.#prepared.get(call.b);
    if (last && alike(last.shape, shape)) return last.product;
    last?.product.release();
    const product = this.#packed.get(call.b)
      ? new PackedProduct(this.#memory, this.#product, shape)
      : new PreparedProduct(this.#memory, this.#product, shape);
    this.#prepared.set(call.b, { shape, product });
    return product;
  }

  #map(formula: Parameters<Backend["map"]>[0], inputs: readonly View[], outputs: readonly View[]): void {
    const operands = inputs.length + outputs.length;
    const words = outerWord(operands, 0) + outerWords(operands);
    if (this.#used + words > blockWords) {
      this.#buffers.push(this.#memory.allocate(4 * blockWords));
      this.#used = 0;
    }
    this.#maps.block = new CallBlock(this.#memory, (this.#buffers.at(-1) as CpuBuffer).pointer + 4 * this.#used);
    this.#maps.map(formula, inputs, [], outputs);
    this.#used += words;
  }

  release(): void {
    for (const { product } of this.#prepared.values()) product.release();
    for (const buffer of this.#buffers) this.#memory.release(buffer);
  }
}
