// Scans and sorts work on lines: all elements along one dim, for each position of the others.
import type { View } from "../../backend.ts";
import { walk } from "./walk.ts";

/** Calls `visit` for each line, with where it starts in each view. */
export function eachLine(views: readonly View[], dim: number, visit: (starts: readonly number[]) => void): void {
  const { shape } = views[0] as View;
  if (shape[dim] === 0) return;
  walk(
    shape.map((size, d) => (d === dim ? 1 : size)),
    views,
    (_, at) => visit(at),
  );
}
