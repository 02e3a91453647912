// The contract between tensors and a device. Small on purpose: implement it, run `conformance({ backend })`, and every op, layer and optimizer works.
// Shapes, dtypes and bounds were checked before a call arrives here; kernels never check. No kernel may keep a view after it returns.
import type { DType } from "./dtype.ts";
import type { Formula } from "./formula/nodes.ts";

/** Device memory, made by `allocate`. Backends extend it with what they need; its contents are undefined until written. */
export interface Buffer {
  readonly byteLength: number;
}

/** A strided window on a buffer. Strides and offset count elements; a stride may be 0 (broadcast) or negative (flip). */
export interface View {
  readonly buffer: Buffer;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

export interface Capabilities {
  /** float32 at least. */
  readonly dtypes: ReadonlySet<DType>;
  /** Values can be read at once, by `readSync`. */
  readonly syncRead: boolean;
  /** Tensors have shapes and no values: nothing is computed, and reading throws. */
  readonly shapesOnly?: true;
}

/** `argmax` and `argmin` give the first position of the extreme; NaN is more extreme than any number. */
export type Reducer = "sum" | "prod" | "max" | "min" | "argmax" | "argmin";
export type ScanKind = "sum" | "prod" | "max" | "min";
export type ScatterMode = "set" | "add" | "mul" | "max" | "min";

/** Applied to each element of a matmul: input 0 of the formula is the product, the others are `inputs`, broadcast to the shape of `out`. */
export interface Epilogue {
  readonly formula: Formula;
  readonly inputs: readonly View[];
  readonly scalars: readonly number[];
}

/** Applied to each reduced value: a formula of one input (the value, in the formula's own output type). */
export interface Finish {
  readonly formula: Formula;
  readonly scalars: readonly number[];
}

/** The operands of one `map`. */
export interface MapCall {
  readonly inputs: readonly View[];
  readonly scalars: readonly number[];
  readonly outputs: readonly View[];
}

/** One call among those of `rowwise`: a map or a product of matrices, of which `b` is read whole. */
export type RowwiseCall =
  | { readonly kind: "map"; readonly formula: Formula; readonly inputs: readonly View[]; readonly outputs: readonly View[] }
  | { readonly kind: "matmul"; readonly a: View; readonly b: View; readonly out: View; readonly epilogue: Epilogue | null };

export interface Backend {
  readonly name: string;
  readonly capabilities: Capabilities;

  /** Buffers up to `smallByteLength` may be dropped without `release`: a backend returns their memory itself, see `watch`. */
  allocate(byteLength: number): Buffer;
  release(buffer: Buffer): void;
  /** Live buffers and their bytes, and bytes held for reuse. */
  memory(): { readonly liveBytes: number; readonly liveBuffers: number; readonly pooledBytes: number };
  write(buffer: Buffer, byteOffset: number, data: ArrayBufferView): void;
  read(buffer: Buffer, byteOffset: number, byteLength: number): Promise<ArrayBuffer>;
  readSync?(buffer: Buffer, byteOffset: number, byteLength: number): ArrayBuffer;
  /** Resolves when everything recorded so far has run. */
  synchronize(): Promise<void>;

  /**
   * outputs[k] = formula.outputs[k](inputs, scalars), element by element. Every view has the shape that is iterated (broadcasts are stride 0).
   * An output may be the very same view as an input (in place); otherwise outputs overlap nothing.
   */
  map(formula: Formula, inputs: readonly View[], scalars: readonly number[], outputs: readonly View[]): void;

  /**
   * As `map` of each call in turn, none of which writes what another one touches: an optimizer's step over all parameters. For backends that gain by
   * knowing them together; where it is missing, the calls arrive at `map` one after the other.
   */
  mapAll?(formula: Formula, calls: readonly MapCall[]): void;

  /**
   * Reduces the formula's single output over `dims` (sorted, none negative). Inputs have the full shape, outputs the same rank with 1 in
   * the reduced dims. Sum, prod, max, min write outputs[0]; argmax and argmin write the index (int32, row-major within the reduced dims)
   * to outputs[0] and, where there is an outputs[1], the value to it. Sums of floats are accumulated so that error stays small
   * (pairwise, blocked or wider). An empty reduction gives 0 for sum, 1 for prod; others never arrive empty. `finish` never comes with arg….
   */
  reduce(
    reducer: Reducer,
    formula: Formula,
    inputs: readonly View[],
    scalars: readonly number[],
    outputs: readonly View[],
    dims: readonly number[],
    finish?: Finish,
  ): void;

  /** out[..., M, N] = a[..., M, K] · b[..., K, N]; all of one rank ≥ 2, batch dims equal (stride 0 where broadcast); any strides; K may be 0. Floats and int32. */
  matmul(a: View, b: View, out: View, epilogue?: Epilogue): void;

  /**
   * As `map` and `matmul` of each call in turn: the steps of a recurrent layer. Views are float32 matrices, as many rows as the outputs of their call; row i
   * of one call reads what row i of earlier ones wrote, and nothing that other rows did; no call writes to a `b` or to what all rows share, and no formula reads positions. For backends
   * that let each thread take some of the rows through all calls; where it is missing, the calls arrive one after the other.
   */
  rowwise?(calls: readonly RowwiseCall[]): void;

  /** out[i, j, k] = input[i, index[i, j, k], k] for dim = 1, as torch.gather. Indices are int32, in range, already non-negative. */
  gather(input: View, dim: number, index: View, out: View): void;

  /**
   * out[i, index[i, j, k], k] ⟵ src[i, j, k] for dim = 1, as torch.scatter_ and scatter_reduce_ with include_self. Sums of several sources at one place are
   * taken in row-major order of `index` where the backend is deterministic. With `set` and repeated indices the last in row-major order wins.
   */
  scatter(mode: ScatterMode, out: View, dim: number, index: View, src: View): void;

  /** Inclusive scan along dim. Max and min also write the index (int32) of the running extreme — the latest of equals — to outputs[1], if given. */
  scan(kind: ScanKind, input: View, dim: number, outputs: readonly View[]): void;

  /** Stable sort along dim; NaN counts as the largest. */
  sort(input: View, dim: number, descending: boolean, values: View, indices: View): void;

  /** Kernels for whole ops. Each may decline by returning false, and the op's decomposition runs instead. */
  readonly fused?: Partial<FusedKernels>;
}

/** Two spatial dims, as [height, width]. One-dimensional convolution arrives with height 1. */
export interface ConvAttrs {
  readonly stride: readonly number[];
  /** Zeros on both sides of each spatial dim. */
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

export interface PoolAttrs {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/** Windows along one dim of so many places, [starts[i], ends[i]) each; starts and ends never fall, and a window may be empty. */
export interface WindowTable {
  readonly size: number;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface WindowSumAttrs {
  /** Null: each row, or column, by itself. */
  readonly rows: WindowTable | null;
  readonly columns: WindowTable | null;
}

export interface LayerNormAttrs {
  /** So many last dims are normalised together. */
  readonly dims: number;
  /** Added to the variance. */
  readonly eps: number;
  /** Whether the mean is subtracted; without, `mean` is 0 and the variance a mean square. */
  readonly centre: boolean;
}

export interface AttentionAttrs {
  /** Of the scores. */
  readonly scale: number;
  /** Whether query i sees keys 0 … i only. */
  readonly causal: boolean;
  /** What the gradient starts from: the softmax's results, or the logarithms of what it divided by, from which they are computed again. */
  readonly keeps: "weights" | "logsumexp";
}

/** N C H W throughout; `x` and `dx` [N, C, H, W], `weight` [O, C/groups, KH, KW], `y` and `dy` [N, O, OH, OW]. Outputs are contiguous; inputs need not be. */
export interface FusedKernels {
  conv(x: View, weight: View, bias: View | null, y: View, attrs: ConvAttrs): boolean;
  convInputGrad(dy: View, weight: View, dx: View, attrs: ConvAttrs): boolean;
  convWeightGrad(dy: View, x: View, dweight: View, attrs: ConvAttrs): boolean;
  /** Padding counts as −∞. `indices` [N, C, OH, OW] int32: position of the maximum within its H×W plane, if wanted. The first of equals; NaN wins. */
  maxPool(x: View, y: View, indices: View | null, attrs: PoolAttrs): boolean;
  maxPoolGrad(dy: View, indices: View, dx: View): boolean;
  /** y [N, C, windows of rows, windows of columns]: the sum of each window of x. */
  windowSum(x: View, y: View, attrs: WindowSumAttrs): boolean;
  softmax(x: View, y: View, dim: number): boolean;
  logSoftmax(x: View, y: View, dim: number): boolean;
  /** dx = y·(dy − Σ dy·y) over dim. */
  softmaxGrad(dy: View, y: View, dx: View, dim: number): boolean;
  /** dx = dy − exp(y)·Σ dy over dim. */
  logSoftmaxGrad(dy: View, y: View, dx: View, dim: number): boolean;
  /** y = (x − mean)·rstd·weight + bias; weight and bias have the last `dims` dims of x, mean and rstd = 1/√(variance + eps) are 1 along them. */
  layerNorm(x: View, weight: View | null, bias: View | null, y: View, mean: View, rstd: View, attrs: LayerNormAttrs): boolean;
  /** The gradients that are asked for; of weight and bias over all rows. */
  layerNormGrad(
    dy: View,
    x: View,
    mean: View,
    rstd: View,
    weight: View | null,
    dx: View | null,
    dweight: View | null,
    dbias: View | null,
    attrs: LayerNormAttrs,
  ): boolean;
  /** As layerNorm for each channel of x [N, C, …], over all other dims; mean, biased variance, weight and bias are [C]. */
  batchNorm(x: View, weight: View | null, bias: View | null, y: View, mean: View, variance: View, eps: number): boolean;
  batchNormGrad(
    dy: View,
    x: View,
    mean: View,
    variance: View,
    weight: View | null,
    dx: View | null,
    dweight: View | null,
    dbias: View | null,
    eps: number,
  ): boolean;
  /**
   * y = softmax(scale·q·kᵀ + mask)·v for each head: q [N, L, H, E], k [N, S, H, E], v [N, S, H, Ev], mask [N, H, L, S], y [N, L, H, Ev]. S ≥ 1. `kept` is
   * the softmax [N, H, L, S] or the logarithms [N, H, L]. A query whose scores are all −∞ has weights and y of 0, and the logarithm ∞.
   */
  attention(q: View, k: View, v: View, mask: View | null, y: View, kept: View, attrs: AttentionAttrs): boolean;
  attentionGrad(
    dy: View,
    q: View,
    k: View,
    v: View,
    mask: View | null,
    kept: View,
    dq: View,
    dk: View,
    dv: View,
    attrs: AttentionAttrs,
  ): boolean;
}
