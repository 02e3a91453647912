// One dispatch of a kernel that is written for the bindings of its views: find or compile it, pass its words, record it.
import type { View } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { type Access, emitWalk, passWalk, type Walk, walkKey } from "./addresses.ts";
import { bindViews } from "./bound-views.ts";
import { KernelWriter } from "./kernel-writer.ts";
import type { Target } from "./target.ts";

/** What a kernel's code is written with. It runs for each `i` below the call's count. */
export interface KernelParts {
  readonly writer: KernelWriter;
  /** The call's words, in order. */
  readonly words: readonly string[];
  /** Per view: the address of its first element. */
  readonly offsets: readonly string[];
  /** Per view, if the call has a walk: the distance from there at the walk's position. */
  readonly at: readonly string[];
}

export interface KernelBody {
  readonly main: string;
  readonly functions?: string;
}

export interface Launch {
  readonly label: string;
  /** Names the code that `emit` writes, among the kernels of its family. */
  readonly variant: string;
  readonly views: readonly View[];
  /** Views from here on are written. */
  readonly firstOutput: number;
  readonly count: number;
  readonly words: readonly number[];
  /** Positions that the views follow; `from` writes the position in terms of the words, and is `i` by default. */
  readonly walk?: (Walk & { readonly accesses: readonly Access[]; readonly from?: (words: readonly string[]) => string }) | undefined;
  readonly emit: (parts: KernelParts) => KernelBody;
}

/** Each family of kernels has its own `kernels`. */
export function launch({ recorder, pipelines }: Target, kernels: Map<string, Kernel>, call: Launch): void {
  const { views, words, walk, count } = call;
  if (count === 0) return;
  const bound = bindViews(views, call.firstOutput);
  const key = `${call.variant},${bound.key}${walk ? walkKey(walk, walk.accesses) : ""}`;
  let kernel = kernels.get(key);
  if (!kernel) {
    const writer = new KernelWriter(bound);
    const invocations = writer.int();
    const own = writer.ints(words.length);
    const offsets = writer.ints(views.length);
    const walked = walk ? emitWalk(writer, walk.shape.length, walk.accesses, walk.from?.(own) ?? "i", "") : { code: "", at: [] };
    const { main, functions } = call.emit({ writer, words: own, offsets, at: walked.at });
    kernel = pipelines.compile(writer.source(call.label, invocations, `${walked.code}\n  ${main}`, functions));
    kernels.set(key, kernel);
  }
  recorder.begin(kernel);
  recorder.int(count);
  for (const word of words) recorder.int(word);
  for (const { offset } of views) recorder.int(offset);
  if (walk) passWalk(recorder, walk, walk.accesses);
  recorder.dispatchLinear(kernel, bound.memories, count);
}
