// MNIST's frame: a digit fills a box of 20 × 20 in its longer direction and is then centred by mass in 28 × 28 (LeCun, Bottou, Bengio & Haffner
// 1998, III.A).
import type { Line } from "./pen.ts";

export const SIZE = 28;
const BOX = 20;
const MARGIN = (SIZE - BOX) / 2;
const MIDDLE = 14;

/** Scales lines so that their ink just fits the box, keeping the aspect, and puts them at the box's top left corner in the frame. */
export function fitBox(lines: readonly Line[], softness: number): readonly Line[] {
  const edge = softness / 2 - 0.5; // ink beyond the pen's outline that reaches the centre of a pixel
  let scale = 1;
  // the extent grows convexly with the scale (radii stay), so Newton's steps come down to the box without passing it
  for (let step = 0; step < 4; step++) {
    const x = extent(lines, "x", scale, edge);
    const y = extent(lines, "y", scale, edge);
    const { size, slope } = x.size > y.size ? x : y;
    scale -= (size - BOX) / Math.max(slope, 1e-3);
  }
  const x = extent(lines, "x", scale, edge);
  const y = extent(lines, "y", scale, edge);
  return lines.map((line) => ({
    ...line,
    x: line.x.map((value) => value * scale - x.low + MARGIN),
    y: line.y.map((value) => value * scale - y.low + MARGIN),
  }));
}

function extent(lines: readonly Line[], axis: "x" | "y", scale: number, edge: number): { low: number; size: number; slope: number } {
  let [low, high, lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const line of lines) {
    for (let i = 0; i < line.radius.length; i++) {
      const value = line[axis][i] as number;
      const reach = (line.radius[i] as number) + edge;
      if (value * scale - reach < low) [low, lowest] = [value * scale - reach, value];
      if (value * scale + reach > high) [high, highest] = [value * scale + reach, value];
    }
  }
  return { low, size: high - low, slope: highest - lowest };
}

/**
 * Moves an image by whole pixels so that its centre of mass comes next to the middle of pixel [14, 14], and stretches its ink to 0..255: both as
 * in MNIST's files, where every digit has its darkest pixel at 254 or 255.
 */
export function centreByMass(image: Float32Array, out: Uint8Array): void {
  let [mass, momentX, momentY, darkest] = [0, 0, 0, 0];
  for (let i = 0; i < image.length; i++) {
    const value = image[i] as number;
    mass += value;
    momentX += value * (i % SIZE);
    momentY += value * Math.floor(i / SIZE);
    darkest = Math.max(darkest, value);
  }
  const right = Math.round(MIDDLE - momentX / mass);
  const down = Math.round(MIDDLE - momentY / mass);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const [fromX, fromY] = [x - right, y - down];
      const within = fromX >= 0 && fromX < SIZE && fromY >= 0 && fromY < SIZE;
      out[y * SIZE + x] = within ? Math.round((255 * (image[fromY * SIZE + fromX] as number)) / darkest) : 0;
    }
  }
}
