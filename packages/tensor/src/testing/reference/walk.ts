// The one loop of the reference backend: over all positions of a shape in row-major order, several strided views side by side.

export interface Layout {
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Calls `visit(index, at)` for each position: `index` counts them, `at[v]` is where layout v stands, in elements. */
export function walk(shape: readonly number[], layouts: readonly Layout[], visit: (index: number, at: readonly number[]) => void): void {
  if (shape.includes(0)) return;
  const rank = shape.length;
  const coordinates = new Array<number>(rank).fill(0);
  const at = layouts.map(({ offset }) => offset);
  const move = (dim: number, steps: number): void => {
    for (let v = 0; v < at.length; v++) at[v] = (at[v] as number) + steps * ((layouts[v] as Layout).strides[dim] as number);
  };
  for (let index = 0; ; index++) {
    visit(index, at);
    let dim = rank - 1;
    while (dim >= 0 && coordinates[dim] === (shape[dim] as number) - 1) {
      move(dim, -(coordinates[dim] as number));
      coordinates[dim--] = 0;
    }
    if (dim < 0) return;
    coordinates[dim] = (coordinates[dim] as number) + 1;
    move(dim, 1);
  }
}

/** The same layout, standing still along some dims. */
export const pinned = ({ strides, offset }: Layout, dims: readonly number[]): Layout => ({
  strides: strides.map((stride, d) => (dims.includes(d) ? 0 : stride)),
  offset,
});
