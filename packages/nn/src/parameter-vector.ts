// All parameters of a model as one vector, and back.
import { cat, noGrad, ShapeError, scope, type Tensor } from "@gradkit/tensor";

/** Parameters one after the other, each in row-major order: [numbers in all]. Gradients flow through it. */
export const parametersToVector = (parameters: readonly Tensor[]): Tensor => scope(() => cat(parameters.map((p) => p.reshape(-1))));

/** Writes a vector, as `parametersToVector` makes it, into the parameters. */
export function vectorToParameters(vector: Tensor, parameters: readonly Tensor[]): void {
  const total = parameters.reduce((count, { numel }) => count + numel, 0);
  if (vector.ndim !== 1 || vector.numel !== total)
    throw new ShapeError("vectorToParameters", `the parameters hold ${total} numbers (got a vector of shape [${vector.shape.join(", ")}])`);
  let start = 0;
  noGrad(() =>
    scope(() => {
      for (const p of parameters) {
        p.copy_(vector.narrow(0, start, p.numel).view(p.shape));
        start += p.numel;
      }
    }),
  );
}
