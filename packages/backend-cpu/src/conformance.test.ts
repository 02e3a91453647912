// Every op in every layout and dtype against the float64 reference, and the backend contract.
import { conformance } from "@gradkit/tensor/testing";
import { describe, it } from "vitest";
import { cpu } from "./cpu.ts";

const backend = await cpu();

describe("conformance of the CPU backend", () => {
  for (const { name, run } of conformance({ backend })) it(name, run);
});
