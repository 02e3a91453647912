// Backend.matmul: an invocation computes a tile of 4 × 4 elements in registers, over views of any strides; the epilogue is applied before
// the tile is stored.
import { type Backend, coalesce, type Epilogue, type Node, numel, type ScalarType, type View } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { convert, emitFormula, wgslType } from "../wgsl.ts";
import { type Access, emitWalk, passWalk, type Walk } from "./addresses.ts";
import { type BoundViews, bindViews } from "./bound-views.ts";
import { KernelWriter } from "./kernel-writer.ts";
import { passScalars } from "./pass-scalars.ts";
import { each, eachPair, tileSize, tiles } from "./register-tile.ts";
import { withinBindingLimit } from "./scratch-views.ts";
import type { Target } from "./target.ts";

/** Views in the order a, b, epilogue inputs, out. */
function compile(
  { pipelines }: Target,
  bound: BoundViews,
  batchRank: number,
  accesses: readonly Access[],
  epilogue: Epilogue | undefined,
): Kernel {
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

  const multiply = (r: number, c: number): string =>
    type === "float" ? `s${r}${c} = fma(x${r}, y${c}, s${r}${c});` : `s${r}${c} = s${r}${c} + x${r} * y${c};`;
  const at = (view: number, r: number, c: number): string =>
    `base${view} + (row + ${r}) * ${rowStrides[view]} + (column + ${c}) * ${columnStrides[view]}`;
  const others = Array.from({ length: out - 2 }, (_, i) => i + 2); // the epilogue's inputs
  let [functions, resultType]: [string, ScalarType] = ["", type];
  if (epilogue) {
    const { inputs, outputs } = epilogue.formula;
    resultType = (outputs[0] as Node).type;
    const load = (i: number): string => (i === 0 ? convert("product", type, inputs[0] as ScalarType) : `z${i + 1}`);
    const { code, results } = emitFormula(outputs, { input: load, scalar: (s) => scalars[s] as string, index: "index" });
    functions = `
fn finish(product: ${t}, index: u32${others.map((view) => `, at${view}: i32`).join("")}) -> ${wgslType[resultType]} {
  ${others.map((view) => `let z${view} = ${convert(writer.load(view, `at${view}`), writer.typeOf(view), inputs[view - 1] as ScalarType)};`).join("\n  ")}
  ${code}
  return ${results[0]};
}`;
  }
  const finished = (r: number, c: number): string => {
    if (!epilogue) return `s${r}${c}`;
    const index = `u32((batch * ${m} + row + ${r}) * ${n} + column + ${c})`;
    return `finish(${[`s${r}${c}`, index, ...others.map((view) => at(view, r, c))].join(", ")})`;
  };
  const store = (r: number, c: number): string => writer.store(out, at(out, r, c), finished(r, c), resultType);
  // rows and columns beyond the end read the last one and are not stored
  const main = `let column = (i % ${columnTiles}) * ${tileSize};
  let row = ((i / ${columnTiles}) % ${rowTiles}) * ${tileSize};
  let batch = i / (${columnTiles} * ${rowTiles});
  ${batch.code}
  ${accesses.map((_, view) => `let base${view} = ${offsets[view]} + ${batch.at[view]};`).join("\n  ")}
  ${each((r) => `var a${r} = base0 + min(row + ${r}, ${m} - 1) * ${rowStrides[0]};`)}
  ${each((c) => `var b${c} = base1 + min(column + ${c}, ${n} - 1) * ${columnStrides[1]};`)}
  ${eachPair((r, c) => `var s${r}${c}: ${t} = 0;`)}
  for (var k = 0; k < ${k}; k++) {
    ${each((r) => `let x${r} = ${writer.load(0, `a${r}`)}; a${r} += ${columnStrides[0]};`)}
    ${each((c) => `let y${c} = ${writer.load(1, `b${c}`)}; b${c} += ${rowStrides[1]};`)}
    ${eachPair(multiply)}
  }
  ${eachPair((r, c) => `if (row + ${r} < ${m} && column + ${c} < ${n}) { ${store(r, c)} }`)}`;
  return pipelines.compile(writer.source(`matmul ${epilogue ? `with formula ${epilogue.formula.id}` : type}`, count, main, functions));
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
    const [columnTiles, rowTiles] = [tiles(n), tiles(m)];
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
