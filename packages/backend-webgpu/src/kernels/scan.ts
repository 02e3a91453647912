// Backend.scan: an invocation a line.
import { type Backend, numel } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { convert, wgslType } from "../wgsl.ts";
import { accumulatorOf, beats, combine } from "./accumulate.ts";
import { runLines } from "./lines.ts";
import type { Target } from "./target.ts";

export function createScan(target: Target): Backend["scan"] {
  const kernels = new Map<string, Kernel>();
  return (kind, input, dim, outputs) => {
    if (numel(input.shape) === 0) return;
    runLines(target, kernels, {
      label: `scan ${kind} ${input.dtype}`,
      variant: kind,
      shape: input.shape,
      dim,
      views: [input, ...outputs],
      firstOutput: 1,
      emit({ writer, length, at }) {
        const type = accumulatorOf(writer.typeOf(1));
        const next = convert(convert(writer.load(0, at(0, "k")), writer.typeOf(0), writer.typeOf(1)), writer.typeOf(1), type);
        // the latest of equals: whatever the running extreme does not beat takes over
        const step =
          kind === "max" || kind === "min"
            ? `if (!${beats(type, kind === "max", "total", "next")}) { total = next; winner = k; }`
            : `total = ${combine[kind](type, "total", "next")};`;
        const main = `var total: ${wgslType[type]};
  var winner = 0;
  for (var k = 0; k < ${length}; k++) {
    let next = ${next};
    if (k == 0) { total = next; } else { ${step} }
    ${writer.store(1, at(1, "k"), "total", type)}
    ${outputs.length > 1 ? writer.store(2, at(2, "k"), "winner", "int") : ""}
  }`;
        return { main };
      },
    });
  };
}
