// From a formula to what the emitter takes: dtypes converted on the way in and out, custom functions expanded, functions lowered to arithmetic.
import {
  cast,
  type DType,
  dtypes,
  type Formula,
  input,
  type Lower,
  type Node,
  type ScalarType,
  topological,
  transform,
  withArgs,
} from "@gradkit/tensor/backend";

/** What a remainder counts for: it becomes a loop. */
const remainderNodes = 20;

export interface PreparedFormula {
  readonly inputs: readonly ScalarType[];
  readonly scalars: readonly ScalarType[];
  readonly outputs: readonly Node[];
  /** About how many instructions an element takes. */
  readonly size: number;
  readonly usesIndex: boolean;
}

/** `stored` are the operands' dtypes: inputs, then outputs. Outputs beyond it keep the formula's type. */
export function prepareFormula(lower: Lower, formula: Formula, stored: readonly DType[]): PreparedFormula {
  const { inputs, scalars } = formula;
  const converted = transform(formula.outputs, (n, args) => {
    if (n.op !== "input") return withArgs(n, args);
    return cast(input(n.value, dtypes[stored[n.value] as DType].scalar), n.type);
  });
  const outputs = lower(
    converted.map((output, k) => {
      const dtype = stored[inputs.length + k];
      return dtype ? cast(output, dtypes[dtype].scalar) : output;
    }),
  );
  const size = topological(outputs).reduce((sum, n) => sum + (n.op === "rem" ? remainderNodes : n.args.length > 0 ? 1 : 0), 0);
  return { inputs, scalars, outputs, size, usesIndex: usesIndex(formula) };
}

const indexed: boolean[] = []; // by formula

export const usesIndex = ({ id, outputs }: Formula): boolean => (indexed[id] ??= topological(outputs).some(({ op }) => op === "index"));
