// Triangles of matrices: a comparison of row and column, which follow from the element's index.
import { dtypes } from "../dtype.ts";
import { formatShape, ShapeError } from "../errors.ts";
import { cast, ge, intDiv, le, rem, select, sub } from "../formula/build.ts";
import { formula, index, input, type Node, type ScalarType, scalar } from "../formula/nodes.ts";
import type { Tensor } from "../tensor.ts";
import { mapFormula } from "./map.ts";

export interface TriangleOptions {
  /** Which diagonal bounds the triangle: 0 is the main one, positive ones lie above it. Default: 0. */
  diagonal?: number;
}

const [rows, columns, diagonal] = [scalar(0, "int"), scalar(1, "int"), scalar(2, "int")];
const position = cast(index, "int");
/** Column − row: which diagonal an element is on. */
const onDiagonal = sub(rem(position, columns), rem(intDiv(position, columns), rows));

const keepWhere = (condition: Node) => (type: ScalarType) =>
  formula([type], ["int", "int", "int"], [select(condition, input(0, type), cast(0, type))]);
const lower = keepWhere(le(onDiagonal, diagonal));
const upper = keepWhere(ge(onDiagonal, diagonal));

function triangle(name: string, keep: typeof lower, x: Tensor, offset: number): Tensor {
  const [height, width] = x.shape.slice(-2);
  if (height === undefined || width === undefined) throw new ShapeError(name, `expected at least 2 dims (got ${formatShape(x.shape)})`);
  return mapFormula(name, keep(dtypes[x.dtype].scalar), [x], [height, width, offset], [x.dtype])[0] as Tensor;
}

/** Matrices [..., M, N] with zeros above a diagonal. */
export const tril = (x: Tensor, { diagonal: offset = 0 }: TriangleOptions = {}): Tensor => triangle("tril", lower, x, offset);
/** Matrices [..., M, N] with zeros below a diagonal. */
export const triu = (x: Tensor, { diagonal: offset = 0 }: TriangleOptions = {}): Tensor => triangle("triu", upper, x, offset);
