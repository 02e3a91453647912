// The line search of LBFGS: a step that lowers the loss enough and flattens its slope enough (the strong Wolfe conditions).
import type { Tensor } from "@gradkit/tensor";

/** What the closure says of one point on the line. */
export interface Point {
  /** Where on the line: x + t·d. */
  readonly t: number;
  readonly loss: number;
  /** Of the loss along the line: gradient · d. */
  readonly slope: number;
  readonly gradient: Tensor; // [numel]
}

const SUFFICIENT_DECREASE = 1e-4; // c1, as torch
const CURVATURE = 0.9; // c2, as torch
const MAX_EVALUATIONS = 25; // as torch
const TOLERANCE_CHANGE = 1e-9; // of the parameters, as torch

/** The minimum of the cubic through two points and their slopes, within bounds (Nocedal & Wright 2006, eq. 3.59). */
function cubicMinimum(a: Point, b: Point, low = Math.min(a.t, b.t), high = Math.max(a.t, b.t)): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const d2 = Math.sqrt(square);
  const minimum = right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return Math.min(Math.max(minimum, low), high);
}

/** One point, or the two between which a good one lies. */
interface Bracket {
  readonly points: readonly [Point] | readonly [Point, Point];
  readonly iterations: number;
}

type Evaluate = (t: number) => Promise<Point>;

const decreasesTooLittle = (start: Point, { t, loss }: Point): boolean => loss > start.loss + SUFFICIENT_DECREASE * t * start.slope;
const isFlat = (start: Point, { slope }: Point): boolean => Math.abs(slope) <= -CURVATURE * start.slope;

/** Goes along the line until the minimum is behind. */
async function bracket(start: Point, t: number, evaluate: Evaluate): Promise<Bracket> {
  let previous = start;
  let current = await evaluate(t);
  for (let i = 0; i < MAX_EVALUATIONS; i++) {
    if (decreasesTooLittle(start, current) || (i > 1 && current.loss >= previous.loss))
      return { points: [previous, current], iterations: i };
    if (isFlat(start, current)) return { points: [current], iterations: i };
    if (current.slope >= 0) return { points: [previous, current], iterations: i };
    const next = cubicMinimum(previous, current, current.t + 0.01 * (current.t - previous.t), current.t * 10);
    previous = current;
    current = await evaluate(next);
  }
  return { points: [start, current], iterations: MAX_EVALUATIONS };
}

/**
 * Searches along d from `start` (t = 0), first at `firstStep`. Nocedal & Wright 2006, Algorithms 3.5 and 3.6, with the safeguards of torch's LBFGS.
 * `largest` is the largest element of d.
 */
export async function strongWolfe(start: Point, firstStep: number, largest: number, evaluate: Evaluate): Promise<Point> {
  const found = await bracket(start, firstStep, evaluate);
  if (found.points.length === 1) return found.points[0];
  const ends: [Point, Point] = [...found.points];
  let low: 0 | 1 = ends[0].loss <= ends[1].loss ? 0 : 1; // where the lower of both stands
  let slowly = false; // the last point lay close to an end of the bracket
  for (let i = found.iterations; i < MAX_EVALUATIONS; i++) {
    const [left, right] = [Math.min(ends[0].t, ends[1].t), Math.max(ends[0].t, ends[1].t)];
    if ((right - left) * largest < TOLERANCE_CHANGE) break;
    const margin = 0.1 * (right - left);
    let t = cubicMinimum(...ends);
    if (Math.min(right - t, t - left) < margin) {
      const moveAway: boolean = slowly || t >= right || t <= left;
      if (moveAway) t = Math.abs(t - right) < Math.abs(t - left) ? right - margin : left + margin;
      slowly = !moveAway;
    } else slowly = false;

    const point = await evaluate(t);
    const high: 0 | 1 = low === 0 ? 1 : 0;
    if (decreasesTooLittle(start, point) || point.loss >= ends[low].loss) {
      ends[high] = point;
      low = ends[0].loss <= ends[1].loss ? 0 : 1;
    } else {
      if (isFlat(start, point)) return point;
      if (point.slope * (ends[high].t - ends[low].t) >= 0) ends[high] = ends[low];
      ends[low] = point;
    }
  }
  return ends[low];
}
