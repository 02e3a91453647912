// A model of its own with the same values: what Python's copy.deepcopy does to a module.
import { noGrad, Tensor } from "@gradkit/tensor";
import { Module } from "./module.ts";
import { BufferTensor, Parameter } from "./parameter.ts";

/**
 * Copies parameters, buffers and submodules, those in arrays too; what was shared inside is shared again. Other fields keep their values; hooks and
 * gradients stay behind. A class with #private members of its own cannot be copied: only its constructor could make them.
 */
export function cloneModule<M extends Module>(module: M): M {
  return noGrad(() => copyOf(module, new Map())) as M;
}

function copyOf(value: unknown, done: Map<unknown, unknown>): unknown {
  if (done.has(value)) return done.get(value);
  if (value instanceof Module) return copyModule(value, done);
  if (Array.isArray(value)) return value.map((item) => copyOf(item, done));
  if (!(value instanceof Tensor)) return value;
  const copy = copyTensor(value);
  done.set(value, copy);
  return copy;
}

function copyTensor(value: Tensor): Tensor {
  const data = value.detach().clone();
  if (value instanceof Parameter) return new Parameter(data, value.requiresGrad);
  if (value instanceof BufferTensor) return new BufferTensor(data, value.persistent);
  return data.keep();
}

/** Only Module's own constructor runs: others would draw new values, and may want arguments. */
function copyModule(module: Module, done: Map<unknown, unknown>): Module {
  const copy = Reflect.construct(Module, [], module.constructor) as Module;
  done.set(module, copy);
  for (const [field, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(module))) {
    if ("value" in descriptor) Object.defineProperty(copy, field, { ...descriptor, value: copyOf(descriptor.value, done) });
  }
  return copy;
}
