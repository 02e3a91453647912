// After a loss that is no number: which layer was the first to compute one.
import type { Module } from "@gradkit/nn";
import { defaultGenerator, type GeneratorState, noGrad, Tensor } from "@gradkit/tensor";

interface Computed {
  readonly name: string;
  readonly module: Module;
  readonly input: Tensor;
  readonly output: Tensor;
}

const allFinite = async (x: Tensor): Promise<boolean> => (await noGrad(() => x.isfinite().all()).item()) === 1;

/**
 * Runs the forward pass again, with the random numbers it had, and tells about the first module whose output is not finite: its name, and
 * whether its weights or its input were so before. The weights must still be those of the pass.
 */
export async function explainNaN(model: Module & { call(x: Tensor): unknown }, x: Tensor, random: GeneratorState): Promise<string> {
  const computed: Computed[] = []; // inner modules before those that contain them
  const removers = model.namedModules().map(([name, module]) =>
    module.registerForwardHook((_, [input], output) => {
      if (input instanceof Tensor && output instanceof Tensor) computed.push({ name, module, input: input.keep(), output: output.keep() });
      return undefined;
    }),
  );
  const now = defaultGenerator.state;
  defaultGenerator.state = random;
  noGrad(() => model.call(x));
  defaultGenerator.state = now;
  for (const remove of removers) remove();

  if (!(await allFinite(x))) return "The images themselves are not finite";
  for (const { name, module, input, output } of computed) {
    if (await allFinite(output)) continue;
    const label = `${name === "" ? "the model" : name}: ${module.constructor.name}(${module.extraRepr()})`;
    for (const [parameter, value] of module.namedParameters()) {
      if (!(await allFinite(value)))
        return `The first output that is not finite is that of ${label}: its ${parameter} is not finite, the last step was too large`;
    }
    return `The first output that is not finite is that of ${label}${(await allFinite(input)) ? ", from finite input and weights" : ""}`;
  }
  return "All layers compute finite numbers: it is the loss itself";
}
