// Every op runs on the reference, layouts show the same values in another order of memory, and the suite can fail.
import { describe, expect, it } from "vitest";
import type { Backend, View } from "../backend.ts";
import { conformance } from "./conformance.ts";
import { reference } from "./reference.ts";
import { layoutNames } from "./samples/layouts.ts";
import { makeInput } from "./samples/make-input.ts";

describe("inputs", () => {
  const device = reference();
  const plain = makeInput({ shape: [3, 4, 5] }, 0, device).dataSync();

  it.each(layoutNames.filter((layout) => !["expanded", "spread", "overlapping"].includes(layout)))("%s: the same values", (layout) => {
    const x = makeInput({ shape: [3, 4, 5], layout }, 0, device);
    expect(x.dataSync()).toEqual(plain);
    expect(x.isContiguous).toBe(layout === "contiguous");
  });

  it("shared memory shows in strides", () => {
    expect(makeInput({ shape: [3, 4, 5], layout: "expanded" }, 0, device).strides[0]).toBe(0);
    expect(makeInput({ shape: [3, 4, 5], layout: "spread" }, 0, device).strides[2]).toBe(0);
    expect(makeInput({ shape: [3, 4, 5], layout: "overlapping" }, 0, device).strides).toEqual([8, 1, 1]);
  });

  it("operands of one sample differ, and float64 inputs hold float32 numbers", () => {
    expect(makeInput({ shape: [3, 4, 5] }, 1, device).dataSync()).not.toEqual(plain);
    const wide = makeInput({ shape: [3, 4, 5] }, 0, device, "float64");
    expect(wide.dtype).toBe("float64");
    expect(Float32Array.from(wide.dataSync())).toEqual(plain);
  });
});

describe("conformance of the reference with itself", () => {
  for (const { name, run } of conformance({ backend: reference() })) it(name, run);
});

describe("the suite can fail", () => {
  /** The reference with one kernel replaced. */
  const broken = (change: Partial<Backend>): Backend => ({ ...reference(), ...change });
  const caseOf = (backend: Backend, name: string, knownFailures = {}): Promise<void> | undefined =>
    conformance({ backend, knownFailures })
      .find((item) => item.name === name)
      ?.run();

  it("names the op, the sample, the first wrong element and both values", async () => {
    const right = reference();
    const backend = broken({
      scan(kind, source, dim, outputs) {
        right.scan(kind, source, dim, outputs);
        right.write((outputs[0] as View).buffer, 4, Float32Array.of(7));
      },
    });
    await expect(caseOf(backend, "cumsum: [300]")).rejects.toThrow(
      /^cumsum: \[300\]: element \[1\] is 7, expected -?\d.*1 of 300 differ; allowed/,
    );
  });

  it("sees a leak", async () => {
    await expect(caseOf(broken({ release() {} }), "contract: released memory is given back")).rejects.toThrow("bytes are live");
    await expect(caseOf(broken({ release() {} }), "exp: float32 [37]")).rejects.toThrow("still live");
  });

  it("takes a known failure as it is, but not one that passes, nor one that does not exist", async () => {
    const wrong = broken({ sort() {} });
    await expect(caseOf(wrong, "sort: ascending [17]", { "sort: ascending [17]": "no sort yet" })).resolves.toBeUndefined();
    await expect(caseOf(reference(), "sort: ascending [17]", { "sort: ascending [17]": "no sort yet" })).rejects.toThrow(
      "Take it off the list",
    );
    expect(() => conformance({ backend: reference(), knownFailures: { "sort: sideways": "?" } })).toThrow("no such cases");
  });
});
