// What users of @gradkit/autograd import; importing it also loads autograd for `tensor.backward()`.
import "./install.ts";

export { backward, type GradOptions, grad } from "./grad.ts";
export { type CheckOptions, gradcheck, gradgradcheck } from "./testing/gradcheck.ts";
