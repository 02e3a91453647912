// Tiles of 4 × 4 results that an invocation keeps in registers: what it loads for one row serves four columns, and the other way round.
// A tile that hangs over the end computes its last row or column again and does not store it.

export const tileSize = 4;
const lanes = Array.from({ length: tileSize }, (_, t) => t);

/** One line of code for each row, or each column. */
export const each = (line: (lane: number) => string): string => lanes.map(line).join("\n  ");

/** One line of code for each element. */
export const eachPair = (line: (row: number, column: number) => string): string => each((r) => each((c) => line(r, c)));

export const tiles = (size: number): number => Math.ceil(size / tileSize);
