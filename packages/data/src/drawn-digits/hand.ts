// The hand: no two digits are written alike. The spreads were tuned on MNIST's training images.
import type { Path } from "./curve.ts";
import type { Draws } from "./draws.ts";
import type { Stroke } from "./stroke.ts";

const JITTER = 6; // standard deviation of a point, in hundredths of the form's box
const WAVES = 3;
const WAVE_HEIGHT = 4.5; // likewise
const WAVE_NUMBER = 0.035; // radians for a hundredth: a wave is about twice as long as the box

/** A map of the plane: from (x, y) to the two numbers that it returns. */
export type Warp = (x: number, y: number) => readonly [number, number];

/** Moves a stroke's points, each for itself. */
export const jitter = ({ x, y, corners }: Stroke, draws: Draws): Stroke => ({
  x: x.map((value) => draws.normal(value, JITTER)),
  y: y.map((value) => draws.normal(value, JITTER)),
  corners,
});

/** Elastic distortion: the sum of a few long waves in random directions. */
export function elastic(draws: Draws): Warp {
  const waves = Array.from({ length: WAVES }, () => ({
    kx: draws.normal(0, WAVE_NUMBER),
    ky: draws.normal(0, WAVE_NUMBER),
    phase: draws.uniform(0, 2 * Math.PI),
    dx: draws.normal(0, WAVE_HEIGHT),
    dy: draws.normal(0, WAVE_HEIGHT),
  }));
  return (x, y) => {
    let toX = x;
    let toY = y;
    for (const { kx, ky, phase, dx, dy } of waves) {
      const height = Math.sin(kx * x + ky * y + phase);
      toX += dx * height;
      toY += dy * height;
    }
    return [toX, toY];
  };
}

/** Width, slant (mostly to the right) and rotation, around the middle of the box. */
export function affine(digit: number, draws: Draws): Warp {
  const width = Math.max(0.35, draws.normal(digit === 0 ? 0.9 : 0.85, 0.18));
  const slant = draws.normal(0.2, 0.26);
  const angle = draws.normal(0, 0.1); // radians
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => {
    const slanted = width * (x - 50) + slant * (50 - y);
    return [cos * slanted - sin * (y - 50), sin * slanted + cos * (y - 50)];
  };
}

export function mapPath({ x, y }: Path, warp: Warp): Path {
  const to: Path = { x: [], y: [] };
  for (let i = 0; i < x.length; i++) {
    const [toX, toY] = warp(x[i] as number, y[i] as number);
    to.x.push(toX);
    to.y.push(toY);
  }
  return to;
}
