// The samples of every row of the pointwise table, made from one line a row: unary-domains.ts and binary-domains.ts.
import type { binary, ternary, unary } from "../../formula/table.ts";
import { binarySamples } from "./binary.ts";
import { binaryDomains, ternaryDomains } from "./binary-domains.ts";
import type { RowDomain } from "./row-domain.ts";
import type { Sample } from "./sample.ts";
import { ternarySamples } from "./ternary.ts";
import { unarySamples } from "./unary.ts";
import { unaryDomains } from "./unary-domains.ts";

export type PointwiseName = keyof typeof unary | keyof typeof binary | keyof typeof ternary;

const made = <Name extends string>(
  domains: Readonly<Record<Name, RowDomain>>,
  make: (name: string, row: RowDomain) => Sample[],
): Record<Name, readonly Sample[]> =>
  Object.fromEntries(Object.entries(domains).map(([name, row]) => [name, make(name, row as RowDomain)])) as unknown as Record<
    Name,
    readonly Sample[]
  >;

/** Samples of every row of the table, by name. */
export const pointwiseSamples = (): Record<PointwiseName, readonly Sample[]> => ({
  ...made(unaryDomains, unarySamples),
  ...made(binaryDomains, binarySamples),
  ...made(ternaryDomains, ternarySamples),
});
