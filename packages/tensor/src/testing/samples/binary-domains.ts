// One line for each row of the binary and the ternary table.
import type { binary, ternary } from "../../formula/table.ts";
import { division, floatDTypes, numberDTypes, plane, type Range, type RowDomain, space, wholeDTypes } from "./row-domain.ts";
import { cancelling, exact, ulps } from "./tolerance.ts";

const around: Range = [-3, 3];
/** Divisors, bases, arguments of logarithms. */
const positive: Range = [0.3, 3];
const digits: Range = [-9, 9];
const divisors: Range = [0.5, 5];

export const binaryDomains = {
  add: plane(around, around, exact),
  sub: plane(around, around, exact),
  mul: plane(around, around, exact),
  div: plane(around, positive, division),
  truncDivide: plane(digits, divisors, exact, { dtypes: numberDTypes }),
  floorDivide: plane(digits, divisors, exact, { dtypes: numberDTypes }),
  fmod: plane(digits, divisors, exact, { dtypes: numberDTypes }),
  remainder: plane(digits, divisors, exact, { dtypes: numberDTypes }),
  pow: plane(positive, [0, 4], ulps(8, "pow keeps log₂ in two pieces")),
  atan2: plane(around, around, ulps(6, "a division and an elementary function")),
  hypot: plane(around, around, ulps(6, "a division and a square root")),
  copysign: plane(around, around, exact),
  xlogy: plane(around, positive, cancelling(1, 4, "log is near 0 around 1")),
  heaviside: plane([-1, 1], around, exact),
  logaddexp: plane(around, around, cancelling(3, 4, "the maximum and a logarithm of opposite sign are added")),
  logaddexp2: plane(around, around, cancelling(3, 4, "the maximum and a logarithm of opposite sign are added")),

  maximum: plane(around, around, exact),
  minimum: plane(around, around, exact),
  fmax: plane(around, around, exact),
  fmin: plane(around, around, exact),
  clampMin: plane(around, around, exact),
  clampMax: plane(around, around, exact),

  eq: plane(around, around, exact),
  ne: plane(around, around, exact),
  lt: plane(around, around, exact),
  le: plane(around, around, exact),
  gt: plane(around, around, exact),
  ge: plane(around, around, exact),
  logicalAnd: plane(around, around, exact),
  logicalOr: plane(around, around, exact),
  logicalXor: plane(around, around, exact),
  bitwiseAnd: plane([-99, 99], [-99, 99], exact, { dtypes: wholeDTypes }),
  bitwiseOr: plane([-99, 99], [-99, 99], exact, { dtypes: wholeDTypes }),
  bitwiseXor: plane([-99, 99], [-99, 99], exact, { dtypes: wholeDTypes }),
} satisfies Record<keyof typeof binary, RowDomain>;

export const ternaryDomains = {
  where: space([0, 1], around, around, exact),
  clamp: space(around, [-2, 0], [0, 2], exact),
  lerp: space(around, around, [0, 1], cancelling(6, 2, "the difference of the ends is scaled and added"), { dtypes: floatDTypes }),
  threshold: space(around, around, around, exact),
  addcmul: space(around, around, around, cancelling(9, 2, "a product is added to a number of its size"), {
    scalars: { value: 0.75 },
    dtypes: floatDTypes,
  }),
  addcdiv: space(around, around, positive, cancelling(10, 3, "a quotient is added to a number of its size"), {
    scalars: { value: 0.75 },
    dtypes: floatDTypes,
  }),
} satisfies Record<keyof typeof ternary, RowDomain>;
