// Ops: outputs and gradients of one function call.
import { nonzero, Tensor } from "@gradkit/tensor";
import { layoutCall } from "../layout.ts";
import { type Call, findFunction } from "../names.ts";
import type { Case } from "../reader.ts";
import { type Args, decodeArgs, tensorAt } from "../values.ts";
import { type Context, checkGradients, checkOutputs, type Expected, type Family, gradientsOf } from "./context.ts";

export interface OpCase extends Case, Args, Expected {
  readonly op: string;
  /** By path of the input; null where autograd gives none. */
  readonly grads?: Readonly<Record<string, unknown>>;
}

/** Where torch's `return_indices` changes the type of the result, ours is a function of its own: maxPool2dWithIndices. */
function splitReturnIndices(args: readonly unknown[]): { suffix: string; args: unknown[] } {
  const last = args.at(-1);
  if (typeof last !== "object" || last === null || !("returnIndices" in last)) return { suffix: "", args: [...args] };
  const { returnIndices, ...options } = last;
  return { suffix: returnIndices === true ? "WithIndices" : "", args: [...args.slice(0, -1), options] };
}

const isMask = (item: unknown): item is Tensor => item instanceof Tensor && item.dtype === "bool";

/** How many elements a mask picks depends on its values: our users pass the positions that `await nonzero(mask)` gives. */
async function withoutMasks(items: readonly unknown[]): Promise<unknown[]> {
  const positions = await Promise.all(items.map((item) => (isMask(item) ? nonzero(item, { asTuple: true }) : [item])));
  return positions.flat();
}

/** Where the indices of a call stand among its arguments. */
const indexLists: Readonly<Record<string, number>> = { __getitem__: 1, index_put: 1 };

async function unmasked(op: string, values: Args): Promise<Args> {
  const at = indexLists[op];
  const items = at === undefined ? undefined : (values.args[at] as readonly unknown[]);
  if (at === undefined || !items?.some(isMask)) return values;
  return { ...values, args: values.args.with(at, await withoutMasks(items)) };
}

/** The function and the arguments of our call. */
export function express(op: string, values: Args, { library }: Context): { call: Call; args: unknown[] } {
  if (op === "__getitem__") return { call: findFunction(op, library), args: [values.args[0], ...(values.args[1] as unknown[])] };
  const { suffix, args } = splitReturnIndices(layoutCall(op, values));
  return { call: findFunction(op, library, suffix), args };
}

const fromNumbersAlone = ({ args, kwargs }: Args): boolean =>
  kwargs.dtype === undefined && !args.flat().some((arg) => arg instanceof Tensor);

/** Runs `call` on fresh inputs and checks outputs and gradients. */
export async function checkCall(golden: OpCase, context: Context, run: (values: Args) => unknown): Promise<void> {
  const values = decodeArgs(golden, context.library);
  const paths = Object.entries(golden.grads ?? {});
  const inputs = paths.map(([path]) => tensorAt(values, path).requiresGrad_());
  const outputs = await checkOutputs(run(values), golden, context, fromNumbersAlone(values));
  if (golden.grads) await checkGradients(gradientsOf(outputs, golden, inputs, context), paths, golden, context);
}

export const ops: Family<OpCase> = (golden, context) =>
  checkCall(golden, context, async (values) => {
    const { call, args } = express(golden.op, await unmasked(golden.op, values), context);
    return call(...args);
  });
