// What users of @gradkit/autograd import; importing it also loads autograd for `tensor.backward()`.
import "./install.ts";

export { detectAnomaly } from "./anomaly.ts";
export { checkpoint } from "./checkpoint.ts";
export { type CustomFunctionOptions, type CustomGradients, customFunction, type FunctionContext } from "./custom-function.ts";
export { backward, type GradOptions, grad } from "./grad.ts";
export { splitJointly } from "./split-jointly.ts";
export { type CheckOptions, gradcheck, gradgradcheck } from "./testing/gradcheck.ts";
export type { TransformOptions } from "./transforms/arguments.ts";
export { hessian, jacobian } from "./transforms/jacobian.ts";
export { jvp, vjp } from "./transforms/products.ts";
export { type ValueAndGradOptions, valueAndGrad } from "./transforms/value-and-grad.ts";
export { type VmapOptions, vmap } from "./transforms/vmap.ts";
