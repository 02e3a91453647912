// A backend that counts what is asked of another one.
import type { Backend } from "@gradkit/tensor";

export interface Counts {
  /** Kernel → calls; of fused kernels those that were not declined. */
  readonly kernels: Record<string, number>;
  allocations: number;
  bytes: number;
}

const kernelNames = new Set(["map", "reduce", "matmul", "gather", "scatter", "scan", "sort"]);

type Callable = (...args: unknown[]) => unknown;

/** What `device` does, counted; `take` gives the counts since it was last called. */
export function counting(device: Backend): { readonly backend: Backend; readonly take: () => Counts } {
  const fresh = (): Counts => ({ kernels: {}, allocations: 0, bytes: 0 });
  let counts = fresh();
  const called = (kernel: string): void => {
    counts.kernels[kernel] = (counts.kernels[kernel] ?? 0) + 1;
  };

  const fused = Object.fromEntries(
    Object.entries(device.fused ?? {}).map(([name, kernel]) => [
      name,
      (...args: unknown[]): unknown => {
        const done = (kernel as Callable)(...args);
        if (done) called(name);
        return done;
      },
    ]),
  );
  const backend = new Proxy(device, {
    get(target, property) {
      if (property === "fused") return fused;
      const value = Reflect.get(target, property) as unknown;
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        if (kernelNames.has(property as string)) called(property as string);
        if (property === "allocate") {
          counts.allocations++;
          counts.bytes += args[0] as number;
        }
        return (value as Callable).apply(target, args);
      };
    },
  });
  return {
    backend,
    take: () => {
      const taken = counts;
      counts = fresh();
      return taken;
    },
  };
}
