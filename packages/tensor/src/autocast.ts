// Mixed precision as torch.autocast has it: inside, each op computes in the dtype that suits it. Which op is on which list is PyTorch's choice for CUDA
// (https://docs.pytorch.org/docs/stable/amp.html#cuda-op-specific-behavior).
import type { Backend } from "./backend.ts";
import { defaultDevice } from "./device.ts";
import { type DType, isFloat, promoteTypes } from "./dtype.ts";
import { DTypeError, UnsupportedError } from "./errors.ts";
import { type OperandCasts, withCasts } from "./operand-casts.ts";
import { toDType } from "./ops/copy.ts";
import { refuseAsync } from "./synchronous.ts";
import { Tensor } from "./tensor.ts";

/** Products, where a half is as good and twice as fast. Recurrent layers are one op each. */
const half: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "matmul", "conv", "convTranspose", "prelu", "rnn", "lstm", "gru", "attention",
]); // biome-ignore format: a list

/** What overflows, or loses what it adds up. Losses that are one formula go by its name; so does group norm by `batchNorm`. */
const single: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "acos", "asin", "cosh", "sinh", "tan", "erfinv", "exp", "expm1", "log", "log10", "log1p", "log2", "pow", "square", "reciprocal", "rsqrt",
  "softplus", "mish", "toPower", "fromPower",
  "sum", "prod", "cumsum", "cumprod", "softmax", "logSoftmax", "batchNorm", "layerNorm",
  "dist", "cdist", "pdist", "renorm", "cosineSimilarity",
  "binaryCrossEntropyWithLogits", "cosineEmbeddingLoss", "crossEntropy", "ctcLoss", "gaussianNllLoss", "hingeEmbeddingLoss", "huberLoss", "klDiv",
  "l1Loss", "marginRankingLoss", "mseLoss", "multiMarginLoss", "multilabelMarginLoss", "multilabelSoftMarginLoss", "nllLoss", "poissonNllLoss",
  "smoothL1Loss", "softMarginLoss", "tripletMarginLoss",
]); // biome-ignore format: a list

/** Ops that want one dtype: the widest of their operands'. Elementwise ops promote anyway. */
const widest: ReadonlySet<string> = /* @__PURE__ */ new Set(["bilinear", "gridSample", "tensordot"]);

export interface AutocastOptions {
  /** What products compute in. Default: "float16". */
  dtype?: "float16";
  /** false switches autocast off inside, within another one. Default: true. */
  enabled?: boolean;
  /** Whose tensors are converted. Default: the default device. */
  device?: Backend;
}

function castsOf(device: Backend, dtype: DType): OperandCasts {
  const takesPart = (x: unknown): x is Tensor => x instanceof Tensor && x.device === device && isFloat(x.dtype) && x.dtype !== "float64";
  return (op, operands) => {
    if (op === "binaryCrossEntropy")
      throw new DTypeError(
        op,
        `${dtype} has not the range for it under autocast. Use binaryCrossEntropyWithLogits, on what sigmoid would get`,
      );
    const own = (operands as readonly unknown[]).filter(takesPart);
    const wanted = half.has(op) ? dtype : single.has(op) ? "float32" : widest.has(op) ? widestOf(own) : null;
    return operands.map((x) => (wanted && takesPart(x) ? (toDType(x, wanted) as typeof x) : x));
  };
}

const widestOf = (tensors: readonly Tensor[]): DType | null =>
  tensors.map(({ dtype }) => dtype).reduce<DType | null>((a, b) => (a ? promoteTypes(a, b) : b), null);

/**
 * Runs a synchronous function, the forward pass, in mixed precision: matrix products and convolutions in `dtype`; losses, norms, softmax, sums and
 * exponentials in float32; everything else in the dtypes that come. Parameters stay float32, and so do their gradients. Call backward outside.
 * Throws an UnsupportedError where the device does not have the dtype.
 *
 * @example
 * const loss = autocast(() => criterion.call(model.call(x), y));
 * scaler.scale(loss).backward(); // GradScaler of @gradkit/optim
 */
export function autocast<T>(fn: () => T, { dtype = "float16", enabled = true, device = defaultDevice() }: AutocastOptions = {}): T {
  if (enabled && !device.capabilities.dtypes.has(dtype)) {
    const has = [...device.capabilities.dtypes].join(", ");
    throw new UnsupportedError("autocast", `the ${device.name} backend has no ${dtype} (it has ${has}). Pass { enabled: false } there`);
  }
  const result = withCasts(enabled ? castsOf(device, dtype) : null, fn);
  refuseAsync(
    result,
    UnsupportedError,
    "autocast",
    "an async function goes on after autocast has ended. Use it on the synchronous parts between awaits",
  );
  return result;
}
