// The device of shapes, as torch's meta device: tensors have a shape and a dtype, but neither memory nor values. What a model would be is known
// without paying for it: its parameters, the shapes of its outputs and gradients.
import type { Backend, FusedKernels } from "./backend.ts";
import { type DType, dtypes } from "./dtype.ts";
import { UnsupportedError } from "./errors.ts";

const nothing = (): void => {};
const done = (): boolean => true;

function noValues(): never {
  throw new UnsupportedError(
    "read",
    "a tensor on the meta device has a shape and no values. Make it on a device that computes; toEmpty(device) gives a module memory there",
  );
}

/** Every op has a kernel, so that none is decomposed. */
const fused: FusedKernels = {
  conv: done,
  convInputGrad: done,
  convWeightGrad: done,
  maxPool: done,
  maxPoolGrad: done,
  windowSum: done,
  softmax: done,
  logSoftmax: done,
  softmaxGrad: done,
  logSoftmaxGrad: done,
  layerNorm: done,
  layerNormGrad: done,
  batchNorm: done,
  batchNormGrad: done,
  attention: done,
  attentionGrad: done,
};

const device: Backend = {
  name: "meta",
  capabilities: { dtypes: /* @__PURE__ */ new Set(/* @__PURE__ */ Object.keys(dtypes) as DType[]), syncRead: false, shapesOnly: true },
  allocate: () => ({ byteLength: 0 }),
  release: nothing,
  memory: () => ({ liveBytes: 0, liveBuffers: 0, pooledBytes: 0 }),
  write: nothing,
  read: async () => noValues(),
  readSync: noValues,
  synchronize: async () => {},
  map: nothing,
  reduce: nothing,
  matmul: nothing,
  gather: nothing,
  scatter: nothing,
  scan: nothing,
  sort: nothing,
  fused,
};

/**
 * The meta device, of which there is one. Ops and gradients on its tensors check and infer shapes and dtypes, and compute nothing. Reading a value
 * throws an UnsupportedError, and so does all that must: `item`, `nonzero`, a move to another device.
 *
 * @example
 * const model = withDevice(meta(), () => new Sequential(new Linear(100_000, 100_000)));
 * summary(model, [1, 100_000]); // ten billion parameters, no memory
 */
export const meta = (): Backend => device;
