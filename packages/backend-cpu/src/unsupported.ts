// What the small device answers where the full one has a kernel.
import { UnsupportedError } from "@gradkit/tensor/backend";

export const unsupported = (op: string): UnsupportedError =>
  new UnsupportedError(op, "the small CPU device does not have it. Import cpu from @gradkit/backend-cpu, not from its /core");
