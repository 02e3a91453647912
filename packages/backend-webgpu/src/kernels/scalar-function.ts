// A formula of one float as a WGSL function: for kernels that are not made of formulas.
import { input, node, type Primitive } from "@gradkit/tensor/backend";
import { emitFormula } from "../wgsl.ts";

/** `fn name(x: f32) -> f32`, by the primitive's lowering. */
export function scalarFunction(name: string, primitive: Primitive): string {
  const { code, results } = emitFormula([node(primitive, "float", [input(0, "float")])], { input: () => "x", scalar: () => "", index: "" });
  return `\nfn ${name}(x: f32) -> f32 {\n  ${code}\n  return ${results[0]};\n}`;
}
