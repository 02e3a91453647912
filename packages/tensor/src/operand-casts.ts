// Who converts the operands of ops before they run. Empty but inside autocast, so that programs without it carry none of it.

/** The operands as the op is to take them: tensors, numbers and null stay in their places. */
export type OperandCasts = <T>(op: string, operands: readonly T[]) => T[];

let casts: OperandCasts | null = null;

export const operandCasts = (): OperandCasts | null => casts;

/** Runs a synchronous function with other casts, or with none. */
export function withCasts<T>(next: OperandCasts | null, fn: () => T): T {
  const before = casts;
  casts = next;
  try {
    return fn();
  } finally {
    casts = before;
  }
}

/** Runs an op on its operands as `by` wants them. What the op is made of takes its operands as they come. */
export const castTogether = <Op extends { readonly name: string }, T, Attrs, R>(
  by: OperandCasts,
  op: Op,
  operands: readonly T[],
  run: (op: Op, operands: T[], attrs: Attrs) => R,
  attrs: Attrs,
): R => withCasts(null, () => run(op, by(op.name, operands), attrs));

/** For what is made of several ops and cast as one: `fn`, among whose arguments are its tensors. */
export const castAsOne =
  <Args extends unknown[], Result>(op: string, fn: (...args: Args) => Result): ((...args: Args) => Result) =>
  (...args) =>
    casts ? castTogether(casts, { name: op }, args as unknown[], (_, cast) => fn(...(cast as Args)), null) : fn(...args);
