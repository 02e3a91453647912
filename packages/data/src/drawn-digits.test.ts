import { createHash } from "node:crypto";
import { IndexError } from "@gradkit/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { useReferenceDevice } from "../test/reference-device.ts";
import { DataLoader } from "./data-loader.ts";
import { Draws } from "./drawn-digits/draws.ts";
import { chooseForm, forms } from "./drawn-digits/forms.ts";
import { DrawnDigits } from "./drawn-digits.ts";

beforeAll(useReferenceDevice);

const SIDE = 28;
const sample = DrawnDigits.train({ length: 1000 });
const images = Array.from(sample.labels, (label, i) => ({
  label,
  pixels: sample.pixels.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE),
}));

/** Where a digit has ink, and the middle of its mass, in pixels. */
function measure(pixels: Uint8Array) {
  let [left, right, top, bottom, mass, x, y] = [SIDE, -1, SIDE, -1, 0, 0, 0];
  pixels.forEach((ink, i) => {
    if (ink === 0) return;
    const [column, row] = [i % SIDE, Math.floor(i / SIDE)];
    [left, right, top, bottom] = [Math.min(left, column), Math.max(right, column), Math.min(top, row), Math.max(bottom, row)];
    mass += ink;
    x += ink * column;
    y += ink * row;
  });
  return { width: right - left + 1, height: bottom - top + 1, x: x / mass, y: y / mass };
}

describe("DrawnDigits", () => {
  it("draws the same bytes for the same seed, in any order", () => {
    const again = DrawnDigits.train({ length: 1000, seed: 0 });
    for (const index of [999, 0, 500]) again.get(index);
    expect(again.pixels).toEqual(sample.pixels);
    expect(
      createHash("sha256")
        .update(sample.pixels.subarray(0, 100 * SIDE * SIDE))
        .digest("hex"),
    ).toBe("6948e09acc01d110d257102fe4fa4ef780b1a5b297ad39815d95f828cfe6d698");
  });

  it("draws other digits for another seed and for the test", () => {
    const others = [sample, DrawnDigits.train({ length: 10, seed: 1 }), DrawnDigits.test({ length: 10 })];
    const digits = others.flatMap(({ pixels }) =>
      Array.from({ length: 10 }, (_, i) => pixels.slice(i * SIDE * SIDE, (i + 1) * SIDE * SIDE).join()),
    );
    expect(new Set(digits).size).toBe(30);
  });

  it("has MNIST's sizes and balanced labels, and says that it is not MNIST", () => {
    const [train, test] = [DrawnDigits.train(), DrawnDigits.test()];
    expect([train.length, test.length]).toEqual([60_000, 10_000]);
    for (let digit = 0; digit < 10; digit++) expect(test.labels.filter((label) => label === digit)).toHaveLength(1000);
    expect(train.classes).toHaveLength(10);
    expect(train.description).toBe("drawn digits, not MNIST");
  });

  it("fills the box of 20 × 20 in one direction and never leaves it", () => {
    const longer = images.map(({ pixels }) => measure(pixels)).map(({ width, height }) => Math.max(width, height));
    expect(Math.max(...longer)).toBe(20);
    expect(longer.filter((size) => size < 19)).toEqual([]); // the outermost pixel may hold less ink than one byte can tell
  });

  it("centres by mass within half a pixel, around [14, 14] as MNIST", () => {
    for (const { pixels } of images) {
      const { x, y } = measure(pixels);
      expect(Math.abs(x - 14)).toBeLessThan(0.51); // bytes round the mass a little after the shift was chosen
      expect(Math.abs(y - 14)).toBeLessThan(0.51);
    }
  });

  it("reaches full ink in each digit, and as much ink over all as MNIST, 0.13", () => {
    for (const { pixels } of images) expect(Math.max(...pixels)).toBe(255);
    expect(sample.pixels.reduce((sum, ink) => sum + ink / 255, 0) / sample.pixels.length).toBeCloseTo(0.1307, 1.5);
  });

  it("gives samples and batches as MNIST does", async () => {
    const digits = DrawnDigits.test({ length: 25, normalize: true });
    const [image, label] = digits.get(13);
    expect(label).toBe(3);
    expect(image.shape).toEqual([1, SIDE, SIDE]);
    expect(image.data[0]).toBe(Math.fround(-0.4242129623889923)); // torchvision's value for paper
    expect(() => digits.get(25)).toThrow(new IndexError("DrawnDigits.get", "index 25 is not in 0..24"));
    const shapes: unknown[] = [];
    for await (const [x, y] of new DataLoader(digits, { batchSize: 20, shuffle: true, seed: 0 }))
      shapes.push([x.shape, x.dtype, y.shape, y.dtype]);
    expect(shapes).toEqual([
      [[20, 1, SIDE, SIDE], "float32", [20], "int32"],
      [[5, 1, SIDE, SIDE], "float32", [5], "int32"],
    ]);
  });

  it.each(forms.map((ways, digit) => ({ digit, ways })))(
    "writes $digit in each of its ways, as often as their weights say",
    ({ digit, ways }) => {
      const total = ways.reduce((sum, { weight }) => sum + weight, 0);
      const count = new Map(ways.map((form) => [form, 0]));
      for (let i = 0; i < 4000; i++) {
        const form = chooseForm(digit, new Draws(0, i));
        count.set(form, (count.get(form) as number) + 1);
      }
      for (const [{ weight }, times] of count) {
        const p = weight / total;
        expect(Math.abs(times / 4000 - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / 4000)); // five standard deviations
      }
    },
  );
});
