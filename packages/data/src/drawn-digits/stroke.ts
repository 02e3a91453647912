// A stroke: a few points that the pen passes, and the polyline that it draws.
import { appendCurve, type Path } from "./curve.ts";

export interface Stroke extends Path {
  /** The numbers of the points where the pen turns sharply. */
  readonly corners: readonly number[];
}

/** Reads "x,y x,y! x,y": points, those with `!` are corners. */
export function readStroke(text: string): Stroke {
  const points = text.split(" ");
  const numbers = points.map((point) => point.replace("!", "").split(",").map(Number));
  return {
    x: numbers.map(([x]) => x as number),
    y: numbers.map(([, y]) => y as number),
    corners: points.flatMap((point, i) => (point.endsWith("!") ? [i] : [])),
  };
}

/** The polyline through a stroke's points: smooth but for its corners. */
export function tracePath({ x, y, corners }: Stroke): Path {
  const path: Path = { x: [x[0] as number], y: [y[0] as number] };
  let first = 0;
  for (const last of [...corners, x.length - 1]) {
    appendCurve(path, { x, y }, first, last);
    first = last;
  }
  return path;
}
