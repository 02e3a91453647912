// Winograd's F(4×4, 3×3): Lavin & Gray 2016, section 4.3 (arXiv:1509.09308). A tile of 4×4 results needs 36 products instead of 144. Each matrix
// of the paper is written out once, as it acts on a line of vectors; a square is transformed along its rows, then along its columns.
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { f32x4, type V128 } from "../wasm/simd.ts";

/** Results of one tile, and inputs under it. */
export const tileSize = 4;
export const patchSize = 6;
/** Products of one tile: frequencies, so to speak, row-major. */
export const pointCount = patchSize * patchSize;

/** Channels whose pictures are walked together: their points fill a cache line, and more pictures would not stay in the cache. */
export const channelBlock = 16;

const { add, sub, mul, madd, nmadd } = f32x4;

interface Line {
  /** Sums that several results share. */
  readonly code: Code;
  readonly results: readonly V128[];
}

/** Reads each of x at most once a result: locals. */
export type LineTransform = (f: FunctionBuilder, x: readonly Local<"v128">[]) => Line;

function shared(f: FunctionBuilder, values: readonly V128[]): { code: Code; locals: Local<"v128">[] } {
  const locals = f.locals("v128", values.length);
  return { code: locals.map((each, i) => each.set(values[i] as V128)), locals };
}

type L = Local<"v128">;
type Two = [L, L];
type Three = [L, L, L];
type Four = [L, L, L, L];
type Six = [L, L, L, L, L, L];

/** Bᵀ: six inputs to six points. */
export const inputLine: LineTransform = (f, x) => {
  const [d0, d1, d2, d3, d4, d5] = x as readonly L[] as Six;
  const { code, locals } = shared(f, [nmadd(d2, 4, d4), nmadd(d1, 4, d3), sub(d4, d2), sub(d3, d1)]);
  const [a, b, c, d] = locals as Four;
  const ends = [madd(d0, 4, nmadd(d2, 5, d4)), madd(d1, 4, nmadd(d3, 5, d5))] as const;
  return { code, results: [ends[0], add(a, b), sub(a, b), madd(d, 2, c), nmadd(d, 2, c), ends[1]] };
};

/** Aᵀ: six points to four outputs. */
export const outputLine: LineTransform = (f, x) => {
  const [d0, d1, d2, d3, d4, d5] = x as readonly L[] as Six;
  const { code, locals } = shared(f, [add(d1, d2), sub(d1, d2), add(d3, d4), sub(d3, d4)]);
  const [a, b, c, d] = locals as Four;
  return { code, results: [add(add(d0, a), c), madd(d, 2, b), madd(c, 4, a), add(madd(d, 8, b), d5)] };
};

/** A: the gradients of four outputs to those of six points. */
export const gradientLine: LineTransform = (f, x) => {
  const [d0, d1, d2, d3] = x as readonly L[] as Four;
  const { code, locals } = shared(f, [add(d0, d2), add(d1, d3), madd(d2, 4, d0), madd(d3, 4, d1)]);
  const [a, b, c, d] = locals as Four;
  return { code, results: [d0, add(a, b), sub(a, b), madd(d, 2, c), nmadd(d, 2, c), d3] };
};

/** G: three weights to six points. */
export const weightLine: LineTransform = (f, x) => {
  const [g0, g1, g2] = x as readonly L[] as Three;
  const outer = shared(f, [add(g0, g2), madd(g2, 4, g0)]);
  const [a, b] = outer.locals as Two;
  const sixth = shared(f, [mul(a, -1 / 6), mul(g1, 1 / 6), mul(b, 1 / 24), mul(g1, 1 / 12)]);
  const [c, d, e, h] = sixth.locals as Four;
  return { code: [outer.code, sixth.code], results: [mul(g0, 1 / 4), sub(c, d), add(c, d), add(e, h), sub(e, h), g2] };
};

/** Gᵀ: the gradients of six points to those of three weights. */
export const weightGradientLine: LineTransform = (f, x) => {
  const [d0, d1, d2, d3, d4, d5] = x as readonly L[] as Six;
  const { code, locals } = shared(f, [add(d1, d2), sub(d2, d1), add(d3, d4), sub(d3, d4)]);
  const [a, b, c, d] = locals as Four;
  return {
    code,
    results: [madd(d0, 1 / 4, madd(c, 1 / 24, mul(a, -1 / 6))), madd(b, 1 / 6, mul(d, 1 / 12)), madd(sub(c, a), 1 / 6, d5)],
  };
};

/**
 * Both passes over a square of `size` lines. `load` gives the locals of a line of it, after code that fills them; `store` takes the results
 * of one column.
 */
export function transformSquare(
  f: FunctionBuilder,
  size: number,
  transform: LineTransform,
  load: (line: number) => { code: Code; line: readonly Local<"v128">[] },
  store: (column: number, results: readonly V128[]) => Code,
): Code {
  const between: Local<"v128">[][] = [];
  const rows = Array.from({ length: size }, (_, r): Code => {
    const { code, line } = load(r);
    const along = transform(f, line);
    const kept = shared(f, along.results);
    between.push(kept.locals);
    return [code, along.code, kept.code];
  });
  const columns = (between[0] as Local<"v128">[]).map((_, q): Code => {
    const along = transform(
      f,
      between.map((row) => row[q] as Local<"v128">),
    );
    return [along.code, store(q, along.results)];
  });
  return [rows, columns];
}
