// FusedKernels.softmax, logSoftmax and their gradients: an invocation a line. Long lines are left to the decomposition, whose reductions
// use more invocations.
import type { FusedKernels, View } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { type Line, runLines } from "./lines.ts";
import { scalarFunction } from "./scalar-function.ts";
import type { Target } from "./target.ts";

const longestLine = 2048;

type SoftmaxOp = "softmax" | "logSoftmax" | "softmaxGrad" | "logSoftmaxGrad";

const each = (length: string, code: string): string => `for (var k = 0; k < ${length}; k++) { ${code} }`;

/** The maximum, then the sum of exponentials of what is below it. */
const shifted = (x: string, length: string): string => `
  var top = bitcast<f32>(0xff800000u | opaqueZero());
  ${each(length, `top = maxNan(top, ${x});`)}
  var total = 0.0;
  ${each(length, `total += expOf(${x} - top);`)}`;

/** Views: the inputs in order, then the output. */
const bodies: Record<SoftmaxOp, (line: Line) => string> = {
  softmax: ({ writer, length, at }) => {
    const x = writer.load(0, at(0, "k"));
    return `${shifted(x, length)}
  ${each(length, writer.store(1, at(1, "k"), `expOf(${x} - top) / total`, "float"))}`;
  },
  logSoftmax: ({ writer, length, at }) => {
    const x = writer.load(0, at(0, "k"));
    return `${shifted(x, length)}
  let logTotal = logOf(total);
  ${each(length, writer.store(1, at(1, "k"), `(${x} - top) - logTotal`, "float"))}`;
  },
  softmaxGrad: ({ writer, length, at }) => {
    const [dy, y] = [writer.load(0, at(0, "k")), writer.load(1, at(1, "k"))];
    return `var total = 0.0;
  ${each(length, `total += ${dy} * ${y};`)}
  ${each(length, writer.store(2, at(2, "k"), `${y} * (${dy} - total)`, "float"))}`;
  },
  logSoftmaxGrad: ({ writer, length, at }) => {
    const [dy, y] = [writer.load(0, at(0, "k")), writer.load(1, at(1, "k"))];
    return `var total = 0.0;
  ${each(length, `total += ${dy};`)}
  ${each(length, writer.store(2, at(2, "k"), `${dy} - expOf(${y}) * total`, "float"))}`;
  },
};

export function createSoftmax(target: Target): Pick<FusedKernels, SoftmaxOp> {
  const kernels = new Map<string, Kernel>();
  const run = (op: SoftmaxOp, views: readonly View[], dim: number): boolean => {
    const { shape, dtype } = views[0] as View;
    if (dtype !== "float32" || (shape[dim] ?? 1) > longestLine) return false;
    runLines(target, kernels, {
      label: op,
      variant: op,
      shape,
      dim,
      views,
      firstOutput: views.length - 1,
      emit: (line) => ({ main: bodies[op](line), functions: scalarFunction("expOf", "exp") + scalarFunction("logOf", "log") }),
    });
    return true;
  };
  return {
    softmax: (x, y, dim) => run("softmax", [x, y], dim),
    logSoftmax: (x, y, dim) => run("logSoftmax", [x, y], dim),
    softmaxGrad: (dy, y, dx, dim) => run("softmaxGrad", [dy, y, dx], dim),
    logSoftmaxGrad: (dy, y, dx, dim) => run("logSoftmaxGrad", [dy, y, dx], dim),
  };
}
