// Powers that are floats whatever they are taken of.
import { cast, exp2, mul, pow } from "../formula/build.ts";
import { pointwise } from "./pointwise.ts";

/** x to the power y, computed as floats. */
export const floatPower = /* @__PURE__ */ pointwise("floatPower", (x, y) => pow(cast(x, "float"), cast(y, "float")));

/** x·2ʸ. */
export const ldexp = /* @__PURE__ */ pointwise("ldexp", (x, y) => mul(cast(x, "float"), exp2(cast(y, "float"))));
