// One-sided Jacobi rotations (Hestenes 1958): columns are made orthogonal to each other, pairs that share no column at the same time.
import { abs, add, cast, div, eq, lt, mul, neg, select, sqrt } from "../formula/build.ts";
import { scope } from "../lifetime.ts";
import { fromArray } from "../ops/creation.ts";
import { indexSelect } from "../ops/gather.ts";
import { cat } from "../ops/join.ts";
import { narrow } from "../ops/movement.ts";
import { pointwise, pointwiseFunctions as pw } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import type { Tensor } from "../tensor.ts";
import { identities } from "./matrices.ts";

/** Convergence is quadratic: float64 is reached in 6 to 10 rounds over all pairs (Golub & Van Loan, section 8.6). */
const SWEEPS = 12;

/** tan of the angle that makes two columns orthogonal, from their squared lengths and their inner product. */
const tangent = /* @__PURE__ */ pointwise("jacobiTangent", (p, q, pq) => {
  const none = eq(pq, 0);
  const zeta = div(add(q, neg(p)), mul(2, select(none, 1, pq)));
  const size = div(1, add(abs(zeta), sqrt(add(1, mul(zeta, zeta)))));
  return select(none, 0, cast(select(lt(zeta, 0), neg(size), size), "float"));
});

/** Rounds of a tournament of n columns: every pair meets once, in each round a column plays at most once. */
function rounds(n: number): [number, number][][] {
  const players = Array.from({ length: n + (n % 2) }, (_, i) => i);
  return players.slice(1).map(() => {
    const pairs = players
      .slice(0, players.length / 2)
      .map((p, i): [number, number] => [p, players[players.length - 1 - i] as number])
      .filter((pair) => Math.max(...pair) < n);
    players.splice(1, 0, players.pop() as number);
    return pairs;
  });
}

interface Round {
  readonly firsts: Tensor;
  readonly seconds: Tensor;
  readonly idle: Tensor;
  /** Where each column is found when firsts, seconds and idle ones stand in a row. */
  readonly back: Tensor;
}

function roundOf(pairs: readonly [number, number][], n: number, a: Tensor): Round {
  const upload = (list: readonly number[]): Tensor => fromArray(Int32Array.from(list), [list.length], "int32", { device: a.device });
  const [firsts, seconds] = [pairs.map(([p]) => p), pairs.map(([, q]) => q)];
  const idle = Array.from({ length: n }, (_, i) => i).filter((i) => !firsts.includes(i) && !seconds.includes(i));
  const order = [...firsts, ...seconds, ...idle];
  const back = order.map((_, column) => order.indexOf(column));
  return { firsts: upload(firsts), seconds: upload(seconds), idle: upload(idle), back: upload(back) };
}

function rotate(columns: Tensor, height: number, { firsts, seconds, idle, back }: Round): Tensor {
  const [p, q] = [indexSelect(columns, -1, firsts), indexSelect(columns, -1, seconds)];
  const top = (x: Tensor): Tensor => narrow(x, -2, 0, height);
  const product = (x: Tensor, y: Tensor): Tensor => sum(pw.mul(top(x), top(y)), -2, { keepdim: true });
  const tan = tangent(product(p, p), product(q, q), product(p, q));
  const cosine = pw.rsqrt(pw.add(pw.square(tan), 1));
  const sine = pw.mul(cosine, tan);
  const turned = [pw.sub(pw.mul(cosine, p), pw.mul(sine, q)), pw.add(pw.mul(sine, p), pw.mul(cosine, q)), indexSelect(columns, -1, idle)];
  return indexSelect(cat(turned, -1), -1, back);
}

/** A·V with orthogonal columns, and V, of a [..., M, N] with M ≥ N. Outside the graph. */
export function orthogonalColumns(a: Tensor): { product: Tensor; v: Tensor } {
  const [height, n] = a.shape.slice(-2) as [number, number];
  let columns = cat([a.detach(), identities(n, a)], -2); // [..., M + N, N]
  const tournament = rounds(n).map((pairs) => roundOf(pairs, n, a));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const round of tournament) {
      const before = columns;
      columns = scope(() => rotate(before, height, round));
    }
  }
  return { product: narrow(columns, -2, 0, height), v: narrow(columns, -2, height, n) };
}
