// The pen: half-widths along a path, and ink on paper.
import type { Path } from "./curve.ts";
import type { Draws } from "./draws.ts";

/** A path with the pen's half-width in pixels at each of its points. */
export interface Line extends Path {
  readonly radius: readonly number[];
}

export interface Pen {
  /** Over how many pixels a line's edge falls from ink to paper. */
  readonly softness: number;
  /** The line that the pen draws along a path: it is pressed more and less on its way. */
  press(path: Path): Line;
}

export function choosePen(draws: Draws): Pen {
  const radius = Math.min(2.3, Math.max(0.7, draws.normal(1.25, 0.33)));
  const pressure = draws.uniform(0, 0.2);
  const frequency = draws.uniform(0.05, 0.3); // radians a point
  const phase = draws.uniform(0, 2 * Math.PI);
  return {
    softness: draws.uniform(0.8, 1.2),
    press: ({ x, y }) => ({ x, y, radius: x.map((_, i) => radius * (1 + pressure * Math.sin(frequency * i + phase))) }),
  };
}

/**
 * An image [size, size] of lines, 0 for paper and 1 for ink. A pixel's ink follows from the distance of its centre to the nearest line, so
 * strokes have no gaps and smooth edges.
 */
export function ink(lines: readonly Line[], softness: number, size: number): Float32Array {
  const image = new Float32Array(size * size);
  for (const { x, y, radius } of lines) {
    for (let i = 0; i + 1 < x.length; i++) {
      inkSegment(image, size, softness, x[i]!, y[i]!, radius[i]!, x[i + 1]!, y[i + 1]!, radius[i + 1]!);
    }
  }
  return image;
}

// biome-ignore format: two ends of a segment
function inkSegment(
  image: Float32Array, size: number, softness: number,
  x0: number, y0: number, r0: number,
  x1: number, y1: number, r1: number,
): void {
  const reach = Math.max(r0, r1) + softness / 2;
  const left = Math.max(0, Math.ceil(Math.min(x0, x1) - reach - 0.5));
  const right = Math.min(size - 1, Math.floor(Math.max(x0, x1) + reach - 0.5));
  const top = Math.max(0, Math.ceil(Math.min(y0, y1) - reach - 0.5));
  const bottom = Math.min(size - 1, Math.floor(Math.max(y0, y1) + reach - 0.5));
  const [dx, dy, dr] = [x1 - x0, y1 - y0, r1 - r0];
  const scale = 1 / Math.max(dx * dx + dy * dy, 1e-9);
  for (let row = top; row <= bottom; row++) {
    const py = row + 0.5 - y0;
    for (let column = left; column <= right; column++) {
      const px = column + 0.5 - x0;
      const t = Math.min(1, Math.max(0, (px * dx + py * dy) * scale));
      const [ex, ey] = [px - t * dx, py - t * dy];
      const inside = (r0 + t * dr - Math.sqrt(ex * ex + ey * ey)) / softness + 0.5;
      const at = row * size + column;
      if (inside > image[at]!) image[at] = Math.min(1, inside);
    }
  }
}
