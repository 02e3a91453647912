/** Writes four small files in the format of MNIST, with digits drawn from a 3 × 5 font: `node tools/tiny-mnist.ts DIR`. For checks without the real ones. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const font = [
  "111101101101111",
  "010110010010111",
  "111001111100111",
  "111001111001111",
  "101101111001001",
  "111100111001111",
  "111100111101111",
  "111001001001001",
  "111101111101111",
  "111101111001111",
];
const side = 28;
const dot = 4; // pixels per dot of the font

let state = 1;
/** Uniform in [0, 1): the Lehmer generator of Park & Miller 1988. */
function random(): number {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
}

/** One image [28, 28]: the digit somewhere around the middle, with uneven ink. */
function draw(digit: number): Uint8Array {
  const image = new Uint8Array(side * side);
  const top = 4 + Math.floor(random() * 5) - 2;
  const left = 8 + Math.floor(random() * 5) - 2;
  for (let y = 0; y < 5 * dot; y++) {
    for (let x = 0; x < 3 * dot; x++) {
      const inked = font[digit]?.[Math.floor(y / dot) * 3 + Math.floor(x / dot)] === "1";
      image[(top + y) * side + left + x] = inked ? 128 + Math.floor(random() * 128) : Math.floor(random() * 64);
    }
  }
  return image;
}

/** The IDX format: 0, 0, 8 (unsigned bytes), rank, the sizes as big-endian int32, the bytes. */
function idx(sizes: readonly number[], bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header[2] = 8;
  header[3] = sizes.length;
  sizes.forEach((size, i) => {
    header.writeInt32BE(size, 4 + 4 * i);
  });
  return gzipSync(Buffer.concat([header, bytes]));
}

const directory = process.argv[2];
if (directory === undefined) throw new Error("usage: node tools/tiny-mnist.ts DIR");
mkdirSync(directory, { recursive: true });
for (const [name, count] of [
  ["train", 2000],
  ["t10k", 500],
] as const) {
  const labels = Uint8Array.from({ length: count }, () => Math.floor(random() * 10));
  const images = Buffer.concat(Array.from(labels, draw));
  writeFileSync(join(directory, `${name}-images-idx3-ubyte.gz`), idx([count, side, side], images));
  writeFileSync(join(directory, `${name}-labels-idx1-ubyte.gz`), idx([count], labels));
}
