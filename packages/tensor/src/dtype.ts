// What a tensor stores, and how PyTorch combines two of them.
import type { ScalarType } from "./formula/nodes.ts";

/** Element types, under PyTorch's names. float64 lives on the reference backend only; float16 where a backend has it. */
export type DType = "float32" | "float64" | "float16" | "int32" | "uint8" | "bool";

export type TypedArray = Float32Array | Float64Array | Uint16Array | Int32Array | Uint8Array;

interface DTypeInfo {
  readonly code: number; // dense: part of integer cache keys
  readonly bytes: number;
  readonly scalar: ScalarType; // what a formula computes in
  readonly rank: number; // promotion: the higher rank wins
  readonly array: new (source: ArrayBufferLike | number, byteOffset?: number, length?: number) => TypedArray;
}

export const dtypes: Readonly<Record<DType, DTypeInfo>> = {
  bool: { code: 0, bytes: 1, scalar: "bool", rank: 0, array: Uint8Array },
  uint8: { code: 1, bytes: 1, scalar: "int", rank: 1, array: Uint8Array },
  int32: { code: 2, bytes: 4, scalar: "int", rank: 2, array: Int32Array },
  float16: { code: 3, bytes: 2, scalar: "float", rank: 3, array: Uint16Array },
  float32: { code: 4, bytes: 4, scalar: "float", rank: 4, array: Float32Array },
  float64: { code: 5, bytes: 8, scalar: "float", rank: 5, array: Float64Array },
};

const { float32 } = dtypes;
/** As `dtypes[dtype]`, for every op: looking up a key that varies takes 7 ns, comparing it with one takes none. */
export const dtypeInfo = (dtype: DType): DTypeInfo => (dtype === "float32" ? float32 : dtypes[dtype]);

/** Whether the dtype holds fractions, and so can have gradients. */
export const isFloat = (dtype: DType): boolean => dtypeInfo(dtype).scalar === "float";

/** The dtype that holds both, as torch.promote_types. */
export const promoteTypes = (a: DType, b: DType): DType => (dtypes[a].rank >= dtypes[b].rank ? a : b);
