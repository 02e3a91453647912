// The history of a view whose base was written in place: the recorded view op is out of date, so the view is taken of the base anew.
import { arange, Tensor } from "@gradkit/tensor";
import { allocate, applyOp, copy_, gatherOp, type Layout, type Shape, scatterOp } from "@gradkit/tensor/recorder";
import { type Edge, type Gradients, GradNode } from "./node.ts";

const layoutOf = ({ shape, strides, offset }: Layout): Layout => ({ shape, strides, offset });

/** For each element of a view, where it stands in the row-major order of its base; int32, of the view's shape. */
export class ViewPositions {
  readonly shape: Shape;
  readonly baseShape: Shape;
  readonly #base: Layout;
  readonly #view: Layout;

  constructor(base: Tensor, view: Tensor) {
    this.baseShape = base.shape;
    this.shape = view.shape;
    this.#base = layoutOf(base);
    this.#view = layoutOf(view);
  }

  /** A vector of positions. */
  #positions(device: Tensor["device"]): Tensor {
    const [base, view] = [this.#base, this.#view];
    let lowest = base.offset;
    let extent = 1;
    base.shape.forEach((size, d) => {
      const reach = Math.max(0, size - 1) * (base.strides[d] as number);
      if (reach < 0) lowest += reach;
      extent += Math.abs(reach);
    });
    const memory = allocate(device, [extent], "int32");
    const laidOut = new Tensor(memory.storage, "int32", base.shape, base.strides, base.offset - lowest);
    copy_(laidOut, arange(laidOut.numel, { device }).view(base.shape));
    return new Tensor(memory.storage, "int32", view.shape, view.strides, view.offset - lowest).contiguous().view(-1);
  }

  /** What the view shows of a tensor of the base's shape. */
  pick(x: Tensor): Tensor {
    return (applyOp(gatherOp, [x.reshape(-1), this.#positions(x.device)], { dim: 0 })[0] as Tensor).view(this.shape);
  }

  /** x, of the base's shape, with `part` written (or added) where the view looks. */
  put(x: Tensor, part: Tensor, mode: "set" | "add"): Tensor {
    const [y] = applyOp(scatterOp, [x.reshape(-1), this.#positions(x.device), part.reshape(-1)], { dim: 0, mode });
    return (y as Tensor).view(this.baseShape);
  }
}

/** A view, by its layout alone. */
class ViewHistory extends GradNode {
  readonly #positions: ViewPositions;

  constructor(base: Tensor, view: Tensor) {
    super("view", [(base.gradFn as GradNode | null) ?? base], [base.outputIndex]);
    this.#positions = new ViewPositions(base, view);
  }

  override gradients([g]: Gradients): Gradients {
    return [this.#positions.put((g as Tensor).newZeros(this.#positions.baseShape), g as Tensor, "add")];
  }
}

/** Gives a view the history of its base as it is now. */
export function followBase(view: Tensor, base: Tensor): void {
  new ViewHistory(base, view).attach([view]);
}

/** Where a tensor came from. Views of memory that was written since are brought up to date first. */
export function edgeOf(tensor: Tensor): Edge {
  if (!tensor.requiresGrad) return null;
  const { base } = tensor;
  if (base?.requiresGrad) {
    const node = tensor.gradFn as GradNode | null;
    if (!node || node.version !== tensor.storage.version) followBase(tensor, base);
  }
  return (tensor.gradFn as GradNode | null) ?? tensor;
}
