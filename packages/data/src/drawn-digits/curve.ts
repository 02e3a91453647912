// From the few points that describe a stroke to a polyline that is smooth at 28 × 28.

/** A stroke's path: point i is (x[i], y[i]), y downwards. */
export interface Path {
  readonly x: number[];
  readonly y: number[];
}

const STEP = 9; // units of the 100 × 100 box that forms are written in: about two pixels

/**
 * The centripetal Catmull-Rom curve through points first … last, appended to `path` without its first point. Each span is a cubic Bezier
 * curve whose inner points follow Yuksel, Schaefer & Keyser 2011, "Parameterization and applications of Catmull-Rom curves".
 */
export function appendCurve(path: Path, points: Path, first: number, last: number): void {
  for (let i = first; i < last; i++) {
    const [x1, y1, x2, y2] = [points.x[i]!, points.y[i]!, points.x[i + 1]!, points.y[i + 1]!];
    const [x0, y0] = i > first ? [points.x[i - 1]!, points.y[i - 1]!] : [2 * x1 - x2, 2 * y1 - y2]; // straight beyond the ends
    const [x3, y3] = i + 1 < last ? [points.x[i + 2]!, points.y[i + 2]!] : [2 * x2 - x1, 2 * y2 - y1];
    const length = Math.hypot(x2 - x1, y2 - y1);
    const [d1, d2, d3] = [rootDistance(x0, y0, x1, y1), Math.sqrt(length + TINY), rootDistance(x2, y2, x3, y3)];
    const bx1 = inner(x0, x1, x2, d1, d2);
    const by1 = inner(y0, y1, y2, d1, d2);
    const bx2 = inner(x3, x2, x1, d3, d2);
    const by2 = inner(y3, y2, y1, d3, d2);
    const steps = Math.ceil(length / STEP) + 1;
    for (let s = 1; s <= steps; s++) {
      const t = s / steps;
      const u = 1 - t;
      const [c0, c1, c2, c3] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
      path.x.push(c0 * x1 + c1 * bx1 + c2 * bx2 + c3 * x2);
      path.y.push(c0 * y1 + c1 * by1 + c2 * by2 + c3 * y2);
    }
  }
}

const TINY = 1e-6; // jitter may bring two points together

const rootDistance = (xa: number, ya: number, xb: number, yb: number): number => Math.sqrt(Math.hypot(xb - xa, yb - ya) + TINY);

/** The Bezier point beside `p`, on the side of `next`; distances are square roots of chords. */
const inner = (previous: number, p: number, next: number, before: number, after: number): number =>
  (before * before * next - after * after * previous + (2 * before * before + 3 * before * after + after * after) * p) /
  (3 * before * (before + after));
