// The form of a gradient rule, as @gradkit/tensor has it for rules that come with their op.
export { type Call, type InputInfo, infoOf, type Reads, type Vjp } from "@gradkit/tensor/recorder";
