// Every op of the tables on this backend, against the float64 reference: with what the engine has, with what Node 20 has, and with all work that
// can be shared on several threads.
import { conformance } from "@gradkit/tensor/testing";
import { describe, it } from "vitest";
import { createCpu } from "../src/create-cpu.ts";
import { everyPart } from "../src/every-part.ts";
import { Memory } from "../src/memory.ts";
import { everyFeature, plainSimd } from "./both-backends.ts";
import { EagerThreads } from "./eager-threads.ts";

describe.each([
  ["relaxed SIMD", everyFeature, 1],
  ["plain SIMD", plainSimd, 1],
  ["two threads", everyFeature, 2],
  ["three threads, plain SIMD", plainSimd, 3],
])("conformance (%s)", (_, features, threads) => {
  const memory = new Memory(features, { poison: true });
  if (threads > 1) memory.lanes = new EagerThreads(memory, threads);
  const backend = createCpu(memory, everyPart);
  for (const { name, run } of conformance({ backend })) it(name, run);
});
