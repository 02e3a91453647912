// What a user writes compiles under the strictest options, as it stands in the documentation.
import { type Operand, pointwise, type Scalars, type Tensor } from "@gradkit/tensor";
import { mul, sigmoid } from "@gradkit/tensor/formula";

const swish = pointwise("swish", (x, { beta }) => mul(x, sigmoid(mul(beta, x))));

export const typed: (...args: (Operand | Scalars)[]) => Tensor = swish;
