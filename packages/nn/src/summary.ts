// A model as a table: layers, shapes of their outputs, numbers of parameters.
import { type DType, formatShape, noGrad, scope, Tensor, zeros } from "@gradkit/tensor";
import { ownParameters } from "./members.ts";
import type { Module } from "./module.ts";

export interface SummaryOptions {
  /** Of the inputs: "int32" for models that take indices. Default: float32. */
  dtype?: DType;
}

const thousands = (count: number): string => count.toLocaleString("en-US");

function shapeText(output: unknown): string {
  if (output instanceof Tensor) return formatShape(output.shape);
  if (typeof output !== "object" || output === null) return "-";
  return Object.values(output).map(shapeText).join(", ");
}

/** Calls the model once, in evaluation mode, on zeros; the shape of each module's first output. */
function outputShapes(model: Module, inputShapes: readonly (readonly number[])[], dtype: DType): Map<Module, string> {
  const shapes = new Map<Module, string>();
  const modules = model.modules();
  const modes = modules.map(({ training }) => training);
  const removers = modules.map((module) =>
    module.registerForwardHook((called, _args, output) => {
      if (!shapes.has(called)) shapes.set(called, shapeText(output));
    }),
  );
  const device = model.parameters()[0]?.device;
  try {
    model.eval();
    noGrad(() =>
      scope(() => {
        model.call(...(inputShapes.map((shape) => zeros(shape, device ? { dtype, device } : { dtype })) as never[]));
      }),
    );
  } finally {
    for (const remove of removers) remove();
    modules.forEach((module, i) => {
      module.training = modes[i] as boolean;
    });
  }
  return shapes;
}

const depthOf = (path: string): number => (path === "" ? 0 : path.split(".").length);

/** Left-aligned but for the last column. */
function table(rows: readonly (readonly [string, string, string])[]): string[] {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  return rows.map(
    ([layer, shape, count]) =>
      `${layer.padEnd(widths[0] as number)}  ${shape.padEnd(widths[1] as number)}  ${count.padStart(widths[2] as number)}`,
  );
}

/**
 * A table of the model's modules with output shapes and parameters, for an input of the given shape (batch included), or inputs of several shapes.
 *
 * @example
 * console.log(summary(new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10)), [1, 784]));
 */
export function summary(
  model: Module,
  inputShape: readonly number[] | readonly (readonly number[])[],
  { dtype = "float32" }: SummaryOptions = {},
): string {
  const inputs = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as readonly (readonly number[])[];
  const shapes = outputShapes(model, inputs, dtype);
  const rows = model.namedModules().map(([path, module]): [string, string, string] => {
    const own = ownParameters(module).reduce((count, [, { numel }]) => count + numel, 0);
    const type = module.constructor.name;
    const layer = path === "" ? type : `${"  ".repeat(depthOf(path))}${path.split(".").at(-1)}: ${type}`;
    return [layer, shapes.get(module) ?? "-", own === 0 ? "-" : thousands(own)];
  });
  const lines = table([["Layer", "Output shape", "Params"], ...rows]);
  const rule = "-".repeat((lines[0] as string).length);
  const parameters = model.parameters();
  const trainable = parameters.filter(({ requiresGrad }) => requiresGrad).reduce((count, { numel }) => count + numel, 0);
  const total = parameters.reduce((count, { numel }) => count + numel, 0);
  const totals = `${thousands(total)} parameters, ${thousands(trainable)} trainable, ${thousands(total - trainable)} frozen`;
  return [lines[0], rule, ...lines.slice(1), rule, totals].join("\n");
}
