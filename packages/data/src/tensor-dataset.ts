// Tensors that are cut along their first dim: what small data sets need.
import { IndexError, ShapeError, scope, type Tensor, tensor } from "@gradkit/tensor";
import { type BatchSource, Dataset } from "./dataset.ts";

/**
 * Samples are the rows of equally long tensors, as torch.utils.data.TensorDataset. A batch is gathered on the tensors' own device.
 * Throws a ShapeError when the first dims differ.
 *
 * @example
 * const pairs = new TensorDataset(celsius, unknownUnits); // [N, 1] and [N, 1]
 */
export class TensorDataset<Tensors extends [Tensor, ...Tensor[]]> extends Dataset<Tensors> implements BatchSource<Tensors> {
  readonly tensors: Tensors;
  readonly length: number;

  constructor(...tensors: Tensors) {
    super();
    const shapes = tensors.map(({ shape }) => `[${shape.join(", ")}]`).join(", ");
    const length = tensors[0].shape[0];
    if (length === undefined || tensors.some(({ shape }) => shape[0] !== length)) {
      throw new ShapeError("TensorDataset", `the first dims differ (got ${shapes}). Every tensor is [N, ...]`);
    }
    this.tensors = tensors;
    this.length = length;
  }

  get(index: number): Tensors {
    if (!(index >= 0 && index < this.length)) throw new IndexError("TensorDataset.get", `index ${index} is not in 0..${this.length - 1}`);
    return this.tensors.map((t) => t.select(0, index)) as Tensors;
  }

  getBatch(indices: readonly number[]): never {
    const batch = scope(() => {
      const rows = tensor(Int32Array.from(indices), { device: this.tensors[0].device });
      return this.tensors.map((t) => t.indexSelect(0, rows));
    });
    return batch as never; // TypeScript does not see that a tuple of tensors collates to itself
  }
}
