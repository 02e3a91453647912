// Backend.matmul: batches, orientation and epilogue around the product of two matrices.
import { type Backend, contiguousStrides, dtypes, type Epilogue, type Node, numel, type View } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { addressOf } from "./contiguous.ts";
import { identity } from "./identity.ts";
import { type BatchAddress, type MatrixLayout, type MatrixProduct, type ProductShape, transposed } from "./matrix-product.ts";
import type { ProductType } from "./tile.ts";

/** Computes the products of one shape of all batches. */
export type MultiplyAll = (shape: ProductShape, batches: number, address: BatchAddress) => void;

const inOrder =
  (_: Memory, product: MatrixProduct): MultiplyAll =>
  (shape, batches, address) =>
    product.multiply(shape, 0, batches, address);

/** The product itself is written to `out`, started from a bias where the epilogue adds one; any other epilogue is mapped over it in place. */
export function createMatmul(
  memory: Memory,
  map: Backend["map"],
  product: MatrixProduct,
  createShared: (memory: Memory, product: MatrixProduct) => MultiplyAll = inOrder,
): Backend["matmul"] {
  const multiplyAll = createShared(memory, product);
  return (a: View, b: View, out: View, epilogue?: Epilogue): void => {
    if (numel(out.shape) === 0) return;
    if (takesProduct(a, out)) {
      const bias = epilogue ? rowBias(epilogue, out) : 0;
      multiplyBatches(multiplyAll, a, b, out, bias);
      if (epilogue && !bias) map(epilogue.formula, [out, ...epilogue.inputs], epilogue.scalars, [out]);
      return;
    }
    const buffer = memory.allocate(4 * numel(out.shape));
    const scratch: View = { buffer, dtype: a.dtype, shape: out.shape, strides: contiguousStrides(out.shape), offset: 0 };
    multiplyBatches(multiplyAll, a, b, scratch, 0);
    if (epilogue) map(epilogue.formula, [scratch, ...epilogue.inputs], epilogue.scalars, [out]);
    else map(identity(dtypes[a.dtype].scalar), [scratch], [], [out]);
    memory.release(buffer);
  };
}

/** The address of a bias that is the same for every row of `out`, if to add it is all that the epilogue does; else 0. */
export function rowBias({ formula: { outputs }, inputs }: Epilogue, out: View): number {
  const [sum, bias] = [outputs[0] as Node, inputs[0]];
  const addsInput = sum.op === "add" && sum.type === "float" && sum.args.every((arg, i) => arg.op === "input" && arg.value === i);
  if (!addsInput || bias?.dtype !== "float32") return 0;
  const rank = out.shape.length;
  const isRow = bias.strides.every((stride, dim) => out.shape[dim] === 1 || stride === (dim === rank - 1 ? 1 : 0));
  const takesRows = out.shape[rank - 1] === 1 || out.strides[rank - 1] === 1;
  return isRow && takesRows ? addressOf(bias) : 0;
}

/** The tiles store rows, or columns, of neighbouring elements of the product's own type. */
function takesProduct(a: View, { dtype, shape, strides }: View): boolean {
  const rank = shape.length;
  const rows = shape[rank - 1] === 1 || strides[rank - 1] === 1;
  return dtype === a.dtype && (rows || shape[rank - 2] === 1 || strides[rank - 2] === 1);
}

export const layoutOf = ({ strides }: View): MatrixLayout => ({
  rowStride: 4 * (strides[strides.length - 2] as number),
  columnStride: 4 * (strides[strides.length - 1] as number),
});

function multiplyBatches(multiplyAll: MultiplyAll, a: View, b: View, out: View, bias: number): void {
  const rank = out.shape.length;
  const [n, k] = [out.shape[rank - 1] as number, a.shape[rank - 1] as number];
  let m = out.shape[rank - 2] as number;
  let batchRank = rank - 2;
  // batches that share b are more rows of a, as long as the longer out has neighbours in it
  const takesRows = n === 1 || out.strides[rank - 1] === 1 || out.strides[rank - 2] === 1;
  for (; batchRank > 0; batchRank--) {
    const size = out.shape[batchRank - 1] as number;
    const follows = ({ strides }: View): boolean => strides[batchRank - 1] === m * (strides[rank - 2] as number);
    if (size !== 1 && !(takesRows && b.strides[batchRank - 1] === 0 && follows(a) && follows(out))) break;
    m *= size;
  }
  const dtype = a.dtype as ProductType;
  const [aLayout, bLayout, c] = [layoutOf(a), layoutOf(b), layoutOf(out)];
  const byRows = c.columnStride === 4 || n === 1;
  const [left, right] = byRows ? [a, b] : [b, a]; // cᵀ = bᵀ·aᵀ
  const shape: ProductShape = byRows
    ? { dtype, m, n, k, a: aLayout, b: bLayout, cRow: c.rowStride, bias, adds: false }
    : { dtype, m: n, n: m, k, a: transposed(bLayout), b: transposed(aLayout), cRow: c.columnStride, bias: 0, adds: false };

  const batches = numel(out.shape.slice(0, batchRank));
  const views = [left, right, out] as const;
  multiplyAll(shape, batches, (operand, batch) => {
    const view = views[operand];
    return addressOf(view) + 4 * batchOffset(batch, view, out.shape, batchRank);
  });
}

/** Elements from the first batch to the `batch`-th. */
function batchOffset(batch: number, { strides }: View, shape: readonly number[], batchRank: number): number {
  let offset = 0;
  let rest = batch;
  for (let d = batchRank - 1; d >= 0; d--) {
    const size = shape[d] as number;
    offset += (rest % size) * (strides[d] as number);
    rest = Math.floor(rest / size);
  }
  return offset;
}
