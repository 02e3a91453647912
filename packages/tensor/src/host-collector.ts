// The host's own garbage collector, where a program may call it: Node, without any flag.
import { getBuiltinModule } from "./builtin-module.ts";

export interface HostCollector {
  /** A full collection, after which weak references to garbage are empty — within a running job too. */
  collect(): void;
  /** Lets go of what weak references were made of in this job. */
  letGo(): void;
}

interface V8 {
  setFlagsFromString(flag: string): void;
}

interface Vm {
  createContext(global: object, options: { microtaskMode: "afterEvaluate" }): object;
  runInNewContext(code: string): unknown;
  Script: new (code: string) => { runInContext(context: object): unknown };
}

/**
 * V8 hands `gc` to contexts made after its flag was set. It keeps everything that a weak reference was made of, or that one gave, until the
 * running job ends: a loop that never awaits would never let go. A context with a microtask queue of its own ends a job of its own, which
 * empties that list and runs nobody else's microtasks.
 */
export function hostCollector(): HostCollector | null {
  try {
    const vm = getBuiltinModule?.("node:vm") as Vm;
    const v8 = getBuiltinModule?.("node:v8") as V8;
    v8.setFlagsFromString("--expose-gc");
    const collect = vm.runInNewContext("gc") as () => void;
    const context = vm.createContext({}, { microtaskMode: "afterEvaluate" });
    const job = new vm.Script("Promise.resolve().then(() => {})");
    const letGo = (): void => void job.runInContext(context);
    return {
      letGo,
      collect() {
        letGo();
        collect();
      },
    };
  } catch {
    return null; // a host without these modules, or without what V8 does with them
  }
}
