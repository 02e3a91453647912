// A reduction as the emitters see it: the formula on the way in, what is done to the total, and the operands.
import type { DType, Finish, Formula, Lower, Reducer, ScalarType } from "@gradkit/tensor/backend";
import type { FunctionBuilder, Local } from "../wasm/emitter.ts";
import type { V128 } from "../wasm/simd.ts";
import { type Expression, emitExpression } from "./expression.ts";
import { identity } from "./identity.ts";
import type { OperandClass } from "./operand.ts";
import { type PreparedFormula, prepareFormula } from "./prepare.ts";

/** Inputs first, then the output. */
export interface Reduction {
  readonly reducer: Reducer;
  readonly classes: readonly OperandClass[];
  readonly formula: PreparedFormula;
  readonly type: ScalarType;
  readonly finish: PreparedFormula;
}

const storedAs: Record<ScalarType, DType> = { float: "float32", int: "int32", uint: "int32", bool: "bool" };

export function prepareReduction(
  lower: Lower,
  reducer: Reducer,
  source: Formula,
  classes: readonly OperandClass[],
  finish: Finish | undefined,
): Reduction {
  const type = source.outputs[0]?.type ?? "float";
  const dtypes = classes.map(({ dtype }) => dtype);
  const last = finish?.formula ?? identity(type);
  return {
    reducer,
    classes,
    type,
    formula: prepareFormula(lower, source, dtypes.slice(0, source.inputs.length)),
    finish: prepareFormula(lower, last, [storedAs[type], dtypes.at(-1) as DType]),
  };
}

/** The finish formula on a total. Its scalars follow the formula's. */
export const emitFinish = (
  f: FunctionBuilder,
  { formula: { scalars }, finish }: Reduction,
  total: V128,
  values: readonly Local<"v128">[],
): Expression =>
  emitExpression(f, finish.outputs, {
    input: () => total,
    scalar: (s) => values[scalars.length + s] as V128,
    index: () => {
      throw new TypeError("reduce: a finish formula has no index");
    },
  });
