import { ShapeError } from "@gradkit/tensor";
import { describe, expect, it } from "vitest";
import { HostTensor } from "../host-tensor.ts";
import { compose } from "./compose.ts";
import { normalize } from "./normalize.ts";
import { toFloat } from "./to-float.ts";

describe("transforms", () => {
  it("toFloat maps bytes to 0..1", () => {
    const { data, shape } = toFloat(new HostTensor(Uint8Array.of(0, 51, 255, 1), [1, 2, 2]));
    expect(data).toEqual(Float32Array.of(0, 0.2, 1, 1 / 255));
    expect(shape).toEqual([1, 2, 2]);
  });

  it("normalize rounds after each operation, as float32 arithmetic does", () => {
    const { fround } = Math;
    const gray = toFloat(
      new HostTensor(
        Uint8Array.from({ length: 256 }, (_, i) => i),
        [1, 16, 16],
      ),
    );
    const expected = gray.data.map((x) => fround(x - fround(0.1307)) / fround(0.3081));
    expect(normalize([0.1307], [0.3081])(gray).data).toEqual(expected);
    expect(gray.data.map((x) => (x - fround(0.1307)) / fround(0.3081))).not.toEqual(expected); // it matters
  });

  it("normalize works by channel", () => {
    const image = new HostTensor(Float32Array.of(0, 1, 0.5, 0.25), [2, 1, 2]);
    const { data, shape } = normalize([0.1307, 0.5], [0.3081, 0.25])(image);
    expect(data).toEqual(Float32Array.of(-0.4242129623889923, 2.821486711502075, 0, -1)); // as torchvision prints the first two
    expect(shape).toEqual([2, 1, 2]);
  });

  it("normalize refuses another number of channels", () => {
    const image = new HostTensor(new Float32Array(4), [1, 2, 2]);
    expect(() => normalize([0, 0, 0], [1, 1, 1])(image)).toThrow(ShapeError);
    expect(() => normalize([0, 0, 0], [1, 1, 1])(image)).toThrow(
      "normalize: the image does not have 3 channels (got [1, 2, 2]). Images are [C, H, W]",
    );
    expect(() => normalize([0], [1, 1])).toThrow("normalize: 1 means and 2 deviations. Give one of each per channel");
  });

  it("compose applies from left to right, and keeps the types", () => {
    const image = new HostTensor(Uint8Array.of(0, 255), [1, 1, 2]);
    expect(compose(toFloat, normalize([0.5], [0.5]))(image).data).toEqual(Float32Array.of(-1, 1));
    const length: number = compose(
      (text: string) => text.split(","),
      (parts) => parts.length,
    )("a,b");
    expect(length).toBe(2);
  });

  it("a HostTensor's shape fits its data", () => {
    expect(() => new HostTensor(new Uint8Array(3), [2, 2])).toThrow("HostTensor: 3 elements do not fill the shape (got [2, 2])");
  });
});
