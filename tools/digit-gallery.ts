/**
 * Draws a picture of drawn digits, ten columns, and with --mnist ten columns of real training digits to the right of them:
 * `node --conditions=@gradkit/source tools/digit-gallery.ts FILE.png [--mnist DIR] [--rows 10] [--seed 0] [--zoom 2]`
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type DigitImages, DrawnDigits } from "@gradkit/data/drawn-digits";
import { MNIST } from "@gradkit/data/mnist";
import { encodePng } from "./png.ts";

const SIDE = 28;
const GAP = 14; // between drawn and real

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mnist: { type: "string" },
    rows: { type: "string", default: "10" },
    seed: { type: "string", default: "0" },
    zoom: { type: "string", default: "2" },
  },
});
const [file] = positionals;
if (file === undefined) throw new Error("usage: digit-gallery.ts FILE.png [--mnist DIR] [--rows 10] [--seed 0] [--zoom 2]");
const [rows, seed, zoom] = [Number(values.rows), Number(values.seed), Number(values.zoom)];

const block = 10 * SIDE;
const width = values.mnist === undefined ? block : 2 * block + GAP;
const picture = new Uint8Array(rows * SIDE * width);

/** Puts the first `rows` of each digit into the picture, its column begins `left` pixels from the left. */
function place({ pixels, labels }: DigitImages, left: number): void {
  const placed = new Array<number>(10).fill(0);
  labels.forEach((digit, index) => {
    const row = placed[digit]!++;
    if (row >= rows) return;
    for (let y = 0; y < SIDE; y++) {
      const from = (index * SIDE + y) * SIDE;
      picture.set(pixels.subarray(from, from + SIDE), (row * SIDE + y) * width + left + digit * SIDE);
    }
  });
}
place(DrawnDigits.train({ seed, length: 10 * rows }), 0);
if (values.mnist !== undefined) {
  for (let y = 0; y < rows * SIDE; y++) picture.fill(128, y * width + block, y * width + block + GAP);
  place(await MNIST.train({ dir: values.mnist }), block + GAP);
}

const [zoomedWidth, zoomedHeight] = [width * zoom, rows * SIDE * zoom];
const zoomed = Uint8Array.from(
  { length: zoomedWidth * zoomedHeight },
  (_, i) => picture[Math.floor(Math.floor(i / zoomedWidth) / zoom) * width + Math.floor((i % zoomedWidth) / zoom)]!,
);
writeFileSync(file, encodePng(zoomed, zoomedWidth, zoomedHeight));
