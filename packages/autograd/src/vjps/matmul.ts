// C = A·B + bias: dA = G·Bᵀ, dB = Aᵀ·G, dbias = G, each summed over the batch dims along which its operand was broadcast.
import { matmul as product, type Tensor, transpose } from "@gradkit/tensor";
import { numel } from "@gradkit/tensor/recorder";
import { sumTo } from "../sum-to.ts";
import { type InputInfo, infoOf, type Vjp } from "../vjp.ts";

const transposed = (x: Tensor): Tensor => transpose(x, -2, -1);

/** a·b, laid out in memory as the operand whose gradient it is: that of a transposed weight is then contiguous once it is transposed back. */
function productLike(a: Tensor, b: Tensor, { shape, strides }: InputInfo): Tensor {
  const columnMajor = strides.at(-2) === 1 && strides.at(-1) !== 1 && (shape.at(-1) as number) > 1;
  return columnMajor ? transposed(product(transposed(b), transposed(a))) : product(a, b);
}

/** All leading dims as rows. */
const rows = (x: Tensor): Tensor => (x.ndim === 2 ? x : x.reshape(numel(x.shape.slice(0, -1)), x.shape.at(-1) as number));

export const matmul: Vjp<null> = {
  reads: [{ inputs: [1] }, { inputs: [0] }, {}],
  gradients(g, call) {
    let [da, db, dbias]: [Tensor | null, Tensor | null, Tensor | null] = [null, null, null];
    if (call.wants(0)) {
      const info = infoOf(call, 0);
      da = sumTo(productLike(g, transposed(call.input(1)), info), info.shape);
    }
    if (call.wants(1)) {
      const info = infoOf(call, 1);
      const a = call.input(0);
      const shared = info.shape.length === 2; // one matrix for all of the batch: its gradient is one product, not a sum of many
      db = sumTo(shared ? productLike(transposed(rows(a)), rows(g), info) : productLike(transposed(a), g, info), info.shape);
    }
    if (call.wants(2)) dbias = sumTo(g, infoOf(call, 2).shape);
    return [da, db, dbias];
  },
};
