// Every op of the tables on this backend, against the float64 reference: with what the engine has, and with what Node 20 has.
import { conformance } from "@gradkit/tensor/testing";
import { describe, it } from "vitest";
import { createCpu } from "../src/create-cpu.ts";
import { everyPart } from "../src/every-part.ts";
import { Memory } from "../src/memory.ts";
import { everyFeature, plainSimd } from "./both-backends.ts";

describe.each([
  ["relaxed SIMD", everyFeature],
  ["plain SIMD", plainSimd],
])("conformance (%s)", (_, features) => {
  const backend = createCpu(new Memory(features, { poison: true }), everyPart);
  for (const { name, run } of conformance({ backend })) it(name, run);
});
