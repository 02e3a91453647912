// What the golden cases say of every layer and loss: how many of PyTorch's cases hold, and how often it can be differentiated.
import { isFloat, noGrad, Tensor } from "@gradkit/tensor";
import { loadState, type ModuleCase } from "../goldens/families/modules.ts";
import type { Library } from "../goldens/library.ts";
import { construct, findClass, layoutForward } from "../goldens/modules.ts";
import { decode, decodeArgs } from "../goldens/values.ts";
import { type Order, orderOf } from "./ops.ts";

export interface ModuleSupport {
  readonly module: string;
  /** Cases of PyTorch's numbers, and how many of them hold. */
  readonly cases: number;
  readonly held: number;
  readonly order: Order;
}

/** Alone, in lists or in objects. */
const tensorsIn = (value: unknown): Tensor[] => {
  if (value instanceof Tensor) return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(tensorsIn) : [];
};

/** By all parameters and float inputs of one case. */
function orderOfCase(golden: ModuleCase, library: Library): Order {
  const module = construct(golden.module, decodeArgs(golden.ctor, library), library);
  loadState(module, golden.stateDict);
  module.train(true);
  for (const args of golden.warmup) noGrad(() => module.call(...args.map((arg) => decode(arg, library))));
  module.train(golden.train);
  const values = decodeArgs(golden, library);
  const inputs = [...values.args, ...Object.values(values.kwargs)].flatMap(tensorsIn).filter(({ dtype }) => isFloat(dtype));
  for (const input of inputs) input.requiresGrad_();
  const parameters = [...module.namedParameters()].map(([, parameter]) => parameter);
  const call = (): Tensor[] => tensorsIn(module.call(...layoutForward(golden.module, values)));
  return orderOf(call, [...inputs, ...parameters]);
}

/** Every module of the cases, on the default device; `unsupported` are the cases that do not hold yet. */
export function moduleSupport(cases: readonly ModuleCase[], unsupported: ReadonlySet<string>, library: Library): ModuleSupport[] {
  return [...Map.groupBy(cases, (golden) => golden.module)]
    .map(([module, own]) => {
      const held = own.filter(({ id }) => !unsupported.has(id));
      const [smallest] = held.toSorted((a, b) => JSON.stringify(a).length - JSON.stringify(b).length);
      return {
        module,
        cases: own.length,
        held: held.length,
        order: smallest && exists(module, library) ? orderOfCase(smallest, library) : null,
      };
    })
    .sort((a, b) => (a.module < b.module ? -1 : 1));
}

function exists(name: string, { nn }: Library): boolean {
  try {
    findClass(nn, name);
    return true;
  } catch {
    return false;
  }
}
