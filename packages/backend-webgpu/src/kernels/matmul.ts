// Backend.matmul: an invocation computes a tile of 4 × 4 elements in registers, over views of any strides; the epilogue is applied before
// the tile is stored.
import { type Backend, coalesce, type Epilogue, numel, type View } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { convert, emitFormula, wgslType } from "../wgsl.ts";
import { type Access, emitWalk, passWalk, type Walk } from "./addresses.ts";
import { type BoundViews, bindViews } from "./bound-views.ts";
import { KernelWriter } from "./kernel-writer.ts";
import { passScalars } from "./pass-scalars.ts";
import { withinBindingLimit } from "./scratch-views.ts";
import type { Target } from "./target.ts";

const tile = 4;
const range = Array.from({ length: tile }, (_, i) => i);

/** Views in the order a, b, epilogue inputs, out. */
function compile({ pipelines }: Target, bound: BoundViews, batchRank: number, accesses: readonly Access[], epilogue: Epilogue | undefined): Kernel {
  const writer = new KernelWriter(bound);
  const views = accesses.length;
  const out = views - 1;
  const [count, m, n, k, columnTiles, rowTiles] = writer.ints(6) as [string, string, string, string, string, string];
  const offsets = writer.ints(views);
  const rowStrides = writer.ints(views);
  const columnStrides = writer.ints(views);
  const batch = emitWalk(writer, batchRank, accesses, "batch", "b");
  const scalars = epilogue?.formula.scalars.map((type) => writer.scalar(type)) ?? [];
  const type = writer.typeOf(0) as "float" | "int";
  const t = wgslType[type];

  const multiply = range.flatMap((r) =>
    range.map((c) => (type === "float" ? `s${r}${c} = fma(x${r}, y${c}, s${r}${c});` : `s${r}${c} = s${r}${c} + x${r} * y${c};`)),
  );
  const finish = (r: number, c: number): string => {
    const at = (view: number): string => `base${view} + (row + ${r}) * ${rowStrides[view]} + (column + ${c}) * ${columnStrides[view]}`;
    if (!epilogue) return writer.store(out, at(out), `s${r}${c}`, type);
    const { inputs, outputs } = epilogue.formula;
    const { code, results } = emitFormula(
      outputs,
      {
        input: (i) => (i === 0 ? convert(`s${r}${c}`, type, inputs[0] as "float") : convert(writer.load(i + 1, at(i + 1)), writer.typeOf(i + 1), inputs[i] as "float")),
        scalar: (s) => scalars[s] as string,
        index: `u32((batch * ${m} + row + ${r}) * ${n} + column + ${c})`,
      },
      `e${r}${c}_`,
    );
    return `${code} ${writer.store(out, at(out), results[0] as string, (outputs[0] as { type: "float" }).type)}`;
  };
  const stores = range.flatMap((r) => range.map((c) => `if (row + ${r} < ${m} && column + ${c} < ${n}) { ${finish(r, c)} }`));
  // rows and columns beyond the end read the last one and are not stored
  const main = `let column = (i % ${columnTiles}) * ${tile};
  let row = ((i / ${columnTiles}) % ${rowTiles}) * ${tile};
  let batch = i / (${columnTiles} * ${rowTiles});
  ${batch.code}
  ${accesses.map((_, view) => `let base${view} = ${offsets[view]} + ${batch.at[view]};`).join("\n  ")}
  ${range.map((r) => `var a${r} = base0 + min(row + ${r}, ${m} - 1) * ${rowStrides[0]};`).join("\n  ")}
  ${range.map((c) => `var b${c} = base1 + min(column + ${c}, ${n} - 1) * ${columnStrides[1]};`).join("\n  ")}
  ${range.flatMap((r) => range.map((c) => `var s${r}${c}: ${t} = 0;`)).join(" ")}
  for (var k = 0; k < ${k}; k++) {
    ${range.map((r) => `let x${r} = ${writer.load(0, `a${r}`)}; a${r} += ${columnStrides[0]};`).join("\n    ")}
    ${range.map((c) => `let y${c} = ${writer.load(1, `b${c}`)}; b${c} += ${rowStrides[1]};`).join("\n    ")}
    ${multiply.join("\n    ")}
  }
  ${stores.join("\n  ")}`;
  return pipelines.compile(writer.source(`matmul ${epilogue ? `with formula ${epilogue.formula.id}` : type}`, count, main));
}

export function createMatmul(target: Target): Backend["matmul"] {
  const { recorder } = target;
  const kernels = new Map<string, Kernel>();
  const run = (views: readonly View[], epilogue: Epilogue | undefined): void => {
    const [a, , out] = [views[0] as View, views[1] as View, views.at(-1) as View];
    const rank = out.shape.length;
    const walk: Walk = coalesce(
      out.shape.slice(0, -2),
      views.map(({ strides }) => strides.slice(0, -2)),
    );
    const accesses = views.map((): Access => "strided");
    const bound = bindViews(views, views.length - 1);
    const key = `${bound.key}${walk.shape.length},${epilogue ? epilogue.formula.id : ""}`;
    let kernel = kernels.get(key);
    if (!kernel) {
      kernel = compile(target, bound, walk.shape.length, accesses, epilogue);
      kernels.set(key, kernel);
    }
    const [m, n, k] = [out.shape[rank - 2] as number, out.shape[rank - 1] as number, a.shape[rank - 1] as number];
    const [columnTiles, rowTiles] = [Math.ceil(n / tile), Math.ceil(m / tile)];
    const count = columnTiles * rowTiles * numel(walk.shape);
    recorder.begin(kernel);
    for (const value of [count, m, n, k, columnTiles, rowTiles]) recorder.int(value);
    for (const { offset } of views) recorder.int(offset);
    for (const { strides } of views) recorder.int(strides[rank - 2] as number);
    for (const { strides } of views) recorder.int(strides[rank - 1] as number);
    passWalk(recorder, walk, accesses);
    if (epilogue) passScalars(recorder, epilogue.formula.scalars, epilogue.scalars);
    recorder.dispatchLinear(kernel, bound.memories, count);
  };
  return (a, b, out, epilogue) => {
    if (numel(out.shape) === 0) return;
    withinBindingLimit(target, [a, b, ...(epilogue?.inputs ?? [])], [out], (inputs, [to]) => run([...inputs, to as View], epilogue));
  };
}
