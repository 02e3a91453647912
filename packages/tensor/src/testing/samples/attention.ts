// Samples of attention: its result, and what its gradient starts from.
import type { AttentionAttrs } from "../../backend.ts";
import { attentionOp } from "../../ops/attention.ts";
import { applyOp } from "../../ops/dispatch.ts";
import { broadcastTo } from "../../ops/movement.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayoutName } from "./layouts.ts";
import { atKinks, type Operand, type Results, type Sample, sample } from "./sample.ts";
import { cancelling } from "./tolerance.ts";
import { listed } from "./values.ts";

const layouts: readonly LayoutName[] = ["transposed", "stepped", "flipped", "permuted", "spread"];
const tolerance = cancelling(
  2,
  16,
  "scores of size 4 are sums of up to 70 products, whose errors the exponential hands on; then a mean of values",
);

interface Sizes {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  readonly features: number;
  readonly valueFeatures: number;
}

const operands = ({ batch, queries, keys, heads, features, valueFeatures }: Sizes, layout: LayoutName = "contiguous"): Operand[] => [
  { shape: [batch, queries, heads, features], layout },
  { shape: [batch, keys, heads, features], layout },
  { shape: [batch, keys, heads, valueFeatures], layout },
];

type Keeps = AttentionAttrs["keeps"];

const run =
  (scale: number, causal = false, keeps: Keeps = "weights") =>
  (q: Tensor, k: Tensor, v: Tensor, mask: Tensor | null = null): Results =>
    applyOp(attentionOp, [q, k, v, mask && broadcastTo(mask, scoresOf(q, k))], { scale, causal, keeps });

const scoresOf = ({ shape: [batch, queries, heads] }: Tensor, { shape: [, keys] }: Tensor): number[] =>
  [batch, heads, queries, keys] as number[];

const sizes = (batch: number, queries: number, keys: number, heads: number, features: number, valueFeatures = features): Sizes => ({
  batch,
  queries,
  keys,
  heads,
  features,
  valueFeatures,
});

/** Keeping the one and the other. */
const plain = (given: Sizes, causal = false): Sample[] =>
  (["weights", "logsumexp"] as const).map((keeps) =>
    sample(
      `${causal ? "causal " : ""}${Object.values(given).join("×")}, keeping ${keeps}`,
      operands(given),
      (q, k, v) => run(given.features ** -0.5, causal, keeps)(q, k, v),
      tolerance,
    ),
  );

/** The mask is the last operand. */
const masked = (name: string, mask: Operand, causal = false): Sample[] =>
  (["weights", "logsumexp"] as const).map((keeps) =>
    sample(`${name}, keeping ${keeps}`, [...operands(small), mask], run(0.5, causal, keeps), tolerance),
  );

const small = sizes(2, 5, 6, 2, 3, 4);
const blinding = listed(0, -1, Number.NEGATIVE_INFINITY, 0.5, Number.NEGATIVE_INFINITY); // by 5: rows differ
const nothing = listed(...new Array<number>(3).fill(Number.NEGATIVE_INFINITY), 0, 1, 0);

export const attentionSamples = {
  attention: [
    ...plain(sizes(1, 1, 1, 1, 1)),
    ...plain(sizes(1, 3, 2, 1, 1)),
    ...plain(small),
    ...plain(sizes(1, 7, 9, 3, 5)),
    ...plain(sizes(2, 33, 17, 2, 8)),
    ...plain(sizes(1, 70, 130, 1, 70, 3)),
    ...plain(sizes(1, 4, 4, 2, 3), true),
    ...plain(sizes(1, 3, 6, 1, 2), true),
    ...plain(sizes(2, 6, 3, 1, 2), true),
    ...plain(sizes(1, 150, 140, 1, 4), true),
    ...layouts.map((layout) => sample(layout, operands(small, layout), (q, k, v) => run(0.5)(q, k, v), tolerance)),
    sample("a negative scale", operands(small), (q, k, v) => run(-1)(q, k, v), tolerance),
    sample("a scale of 0", operands(small), (q, k, v) => run(0)(q, k, v), tolerance),
    ...masked("a mask of one head", { shape: [5, 6] }),
    ...masked("a mask of every head", { shape: [2, 2, 5, 6] }),
    ...masked("a mask of keys", { shape: [2, 1, 1, 6] }),
    ...masked("a mask of queries", { shape: [5, 1] }),
    ...masked("a transposed mask", { shape: [5, 6], layout: "transposed" }),
    ...masked("causal, with a mask", { shape: [5, 6] }, true),
    atKinks("places that are masked", [...operands(small), { shape: [5, 6], values: blinding }], run(0.5), tolerance),
    ...(["weights", "logsumexp"] as const).map((keeps) =>
      atKinks(
        `queries that see nothing, keeping ${keeps}`,
        [...operands(sizes(1, 2, 3, 1, 3)), { shape: [2, 3], values: nothing }],
        run(0.5, false, keeps),
        tolerance,
      ),
    ),
  ],
};
