// Every op of the tables on this backend, against the float64 reference: with what the engine has, with what Node 20 has, and with all work that
// can be shared on several threads.
import { conformance } from "@gradkit/tensor/testing";
import { describe, it } from "vitest";
import { createCpu } from "../src/create-cpu.ts";
import { everyPart } from "../src/every-part.ts";
import { createFused } from "../src/kernels/fused.ts";
import { Memory } from "../src/memory.ts";
import { everyFeature, plainSimd } from "./both-backends.ts";
import { EagerThreads } from "./eager-threads.ts";

/** What Winograd's algorithm computes rounds more than a sum may; winograd.test.ts says by how much. */
const rounded = Object.fromEntries(
  ["conv", "convInputGrad", "convWeightGrad"].map((op) => [
    `${op}: many channels`,
    "Winograd's algorithm is allowed more error than a sum",
  ]),
);

describe.each([
  ["relaxed SIMD", everyFeature, 1, true],
  ["plain SIMD, no Winograd", plainSimd, 1, false],
  ["two threads", everyFeature, 2, true],
  ["three threads, plain SIMD, no Winograd", plainSimd, 3, false],
])("conformance (%s)", (_, features, threads, winograd) => {
  const memory = new Memory(features, { poison: true });
  if (threads > 1) memory.lanes = new EagerThreads(memory, threads);
  const backend = createCpu(memory, { ...everyPart, createFused: (...given) => createFused(...given, { winograd }) });
  const knownFailures = winograd ? rounded : {};
  for (const { name, run } of conformance({ backend, knownFailures })) it(name, run);
});
