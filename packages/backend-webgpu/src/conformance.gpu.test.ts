// Every op of the tables, and the contract, executed on a device.
import { allSamples, conformance } from "@gradkit/tensor/testing";
import { describe, it } from "vitest";
import { openBackend } from "../test/rig.ts";

const backend = await openBackend();
if (backend) console.log(`WebGPU tests run on ${backend.adapter}`);

const synchronous = "to(device) needs a source with synchronous reads, and says so: values come through await data()";
const transfers = (allSamples().transfer ?? []).map(({ name }) => `transfer: ${name}`);

describe.skipIf(!backend)("conformance", () => {
  if (!backend) return;
  const knownFailures = Object.fromEntries(transfers.map((name) => [name, synchronous]));
  for (const { name, run } of conformance({ backend, knownFailures })) it(name, run);
});
