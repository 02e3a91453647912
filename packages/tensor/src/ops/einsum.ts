// Sums of products in Einstein's notation: diagonals, then one matmul for each further operand.
import { formatShape, GradkitError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { matmul } from "./matmul.ts";
import { diagonal, expand, permute, reshape } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { sum } from "./reduce.ts";

/** Dims have labels: a letter, or "." with the distance from the last dim that an ellipsis stands for. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

const ELLIPSIS = "...";

class EinsumError extends GradkitError {
  constructor(problem: string) {
    super("einsum", problem);
  }
}

function parseTerm(term: string, ellipsisRank: number): string[] {
  const [before, after, more] = term.split(ELLIPSIS) as [string, string | undefined, string | undefined];
  if (more !== undefined) throw new EinsumError(`"${term}" has more than one "..."`);
  const wrong = `${before}${after ?? ""}`.match(/[^a-zA-Z]/)?.[0];
  if (wrong) throw new EinsumError(`"${wrong}" in "${term}" is no label. Labels are letters`);
  if (after === undefined) return [...before];
  return [...before, ...Array.from({ length: ellipsisRank }, (_, i) => `.${ellipsisRank - i}`), ...after];
}

/** An operand's labels, one for each dim. */
function label(term: string, x: Tensor): string[] {
  const named = term.replace(ELLIPSIS, "").length;
  if (named > x.ndim || (named < x.ndim && !term.includes(ELLIPSIS)))
    throw new ShapeError("einsum", `"${term}" does not name the dims of its operand (got ${formatShape(x.shape)})`);
  return parseTerm(term, x.ndim - named);
}

const distinct = (labels: readonly string[]): string[] => [...new Set(labels)];

/** Labels that occur once, in alphabetical order, behind the dims of ellipses. */
function implicitOutput(operands: readonly Labelled[]): string[] {
  const all = operands.flatMap(({ labels }) => [...labels]);
  const once = (name: string): boolean => all.indexOf(name) === all.lastIndexOf(name);
  return [
    ...ellipsisLabels(operands),
    ...distinct(all)
      .filter((name) => name[0] !== "." && once(name))
      .sort(),
  ];
}

const ellipsisLabels = (operands: readonly Labelled[]): string[] => {
  const deepest = Math.max(
    0,
    ...operands.flatMap(({ labels }) => labels.filter((name) => name[0] === ".").map((name) => Number(name.slice(1)))),
  );
  return Array.from({ length: deepest }, (_, i) => `.${deepest - i}`);
};

/** A label twice in one operand: its diagonal. */
function withoutRepeats({ x, labels }: Labelled): Labelled {
  const second = labels.findIndex((name, d) => labels.indexOf(name) < d);
  if (second < 0) return { x, labels };
  const name = labels[second] as string;
  const first = labels.indexOf(name);
  if (x.shape[first] !== x.shape[second])
    throw new ShapeError("einsum", `label "${name}" names sizes ${x.shape[first]} and ${x.shape[second]} (got ${formatShape(x.shape)})`);
  const kept = labels.filter((_, d) => d !== first && d !== second);
  return withoutRepeats({ x: diagonal(x, { dim1: first, dim2: second }), labels: [...kept, name] });
}

function sumOut({ x, labels }: Labelled, keep: (name: string) => boolean): Labelled {
  const dims = labels.map((_, d) => d).filter((d) => !keep(labels[d] as string));
  return dims.length === 0 ? { x, labels } : { x: sum(x, dims), labels: labels.filter(keep) };
}

/** Sizes by label; a size of 1 goes with any. */
function sizesOf(operands: readonly Labelled[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { x, labels } of operands) {
    labels.forEach((name, d) => {
      const [known, size] = [sizes.get(name) ?? 1, x.shape[d] as number];
      if (known !== 1 && size !== 1 && known !== size)
        throw new ShapeError(
          "einsum",
          `label "${name}" names sizes ${known} and ${size} (got ${operands.map((one) => formatShape(one.x.shape)).join(", ")})`,
        );
      sizes.set(name, known === 1 ? size : known);
    });
  }
  return sizes;
}

/** Dims in the order of `order`; those that an operand lacks have size 1. */
function aligned({ x, labels }: Labelled, order: readonly string[]): Tensor {
  const present = order.filter((name) => labels.includes(name));
  const moved = permute(
    x,
    present.map((name) => labels.indexOf(name)),
  );
  return reshape(
    moved,
    order.map((name) => (labels.includes(name) ? (x.shape[labels.indexOf(name)] as number) : 1)),
  );
}

/** Labels in both and kept are batch dims; in both and not kept, summed. */
function contract(a: Labelled, b: Labelled, keep: (name: string) => boolean): Labelled {
  const sizes = sizesOf([a, b]);
  const left = sumOut(a, (name) => keep(name) || b.labels.includes(name));
  const right = sumOut(b, (name) => keep(name) || a.labels.includes(name));
  const shared = left.labels.filter((name) => right.labels.includes(name));
  const batch = shared.filter(keep);
  const summed = shared.filter((name) => !keep(name));
  const [rows, columns] = [left, right].map(({ labels }) => labels.filter((name) => !shared.includes(name))) as [string[], string[]];
  const labels = [...batch, ...rows, ...columns];
  if (summed.length === 0) return { x: pw.mul(aligned(left, labels), aligned(right, labels)), labels };
  const full = (names: readonly string[]): number[] => names.map((name) => sizes.get(name) as number);
  const matrix = (operand: Labelled, order: readonly [string[], string[]]): Tensor => {
    const names = [...batch, ...order.flat()];
    return reshape(expand(aligned(operand, names), full(names)), [...full(batch), ...order.map((part) => numel(full(part)))]);
  };
  return { x: reshape(matmul(matrix(left, [rows, summed]), matrix(right, [summed, columns])), full(labels)), labels };
}

/**
 * Σ of products in Einstein's notation: "bij,bjk->bik". A letter twice in one operand takes its diagonal, "..." stands for leading dims that broadcast,
 * and without "->" the result has the letters that occur once, in alphabetical order. Several operands are contracted from left to right.
 *
 * @example
 * einsum("ij,jk->ik", [a, b]); // a.matmul(b)
 * einsum("ii", [a]);           // the trace
 */
export function einsum(equation: string, operands: readonly Tensor[]): Tensor {
  const [inputs, output, more] = equation.replaceAll(" ", "").split("->") as [string, string | undefined, string | undefined];
  const terms = inputs.split(",");
  if (more !== undefined) throw new EinsumError(`"${equation}" has more than one "->"`);
  if (operands.length === 0) throw new EinsumError("expected at least one operand (got an empty list)");
  if (terms.length !== operands.length) throw new EinsumError(`"${equation}" names ${terms.length} operands (got ${operands.length})`);
  return scope(() => {
    const given = operands.map((x, i) => ({ x, labels: label(terms[i] as string, x) }));
    const [first, ...others] = given.map(withoutRepeats) as [Labelled, ...Labelled[]];
    const wanted = output === undefined ? implicitOutput(given) : parseTerm(output, ellipsisLabels(given).length);
    const unknown = wanted.find((name, i) => wanted.indexOf(name) < i || ![first, ...others].some(({ labels }) => labels.includes(name)));
    if (unknown !== undefined) throw new EinsumError(`the output of "${equation}" has label "${unknown}" twice, or no operand has it`);
    sizesOf([first, ...others]); // a clear error before any work
    const neededAfter = (i: number) => (name: string) =>
      wanted.includes(name) || others.slice(i + 1).some(({ labels }) => labels.includes(name));
    const product = others.reduce((so, next, i) => contract(so, next, neededAfter(i)), first);
    const { x, labels } = sumOut(product, (name) => wanted.includes(name));
    return permute(
      x,
      wanted.map((name) => labels.indexOf(name)),
    );
  });
}
