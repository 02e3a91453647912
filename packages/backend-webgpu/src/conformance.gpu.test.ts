// Every op of the tables, and the contract, executed on a device.
import { conformance } from "@gradkit/tensor/testing";
import { describe, it } from "vitest";
import { openBackend } from "../test/rig.ts";

const backend = await openBackend();
if (backend) console.log(`WebGPU tests run on ${backend.adapter}`);

const transferred = "to(device) from a device without synchronous reads is an error by design: values come through await data()";
const layouts = ["contiguous", "transposed", "permuted", "stepped", "windowed", "flipped", "expanded", "spread", "overlapping"];

describe.skipIf(!backend)("conformance", () => {
  if (!backend) return;
  const knownFailures = Object.fromEntries(layouts.map((layout) => [`transfer: ${layout} data`, transferred]));
  for (const { name, run } of conformance({ backend, knownFailures })) it(name, run);
});
