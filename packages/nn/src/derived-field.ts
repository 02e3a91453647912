// A field of one module that is computed whenever it is read. The module gets a class of its own, so copies of it compute too.
import { GradkitError, type Tensor } from "@gradkit/tensor";
import type { Module } from "./module.ts";
import { BufferTensor, Parameter } from "./parameter.ts";

export interface DerivedField {
  readonly get: (module: Module) => Tensor;
  /** What assigning to the field does. */
  readonly set?: (module: Module, value: Tensor) => void;
}

const fieldsOf = (module: Module): Record<string, unknown> => module as unknown as Record<string, unknown>;

/** The tensor in a field, or an error that lists what there is. */
export function tensorField(op: string, module: Module, name: string): Parameter | BufferTensor {
  const value = fieldsOf(module)[name];
  if (value instanceof Parameter || value instanceof BufferTensor) return value;
  const known = Object.keys(module).filter((field) => fieldsOf(module)[field] instanceof Parameter);
  throw new GradkitError(op, `${module.constructor.name} has no parameter ${name}. It has ${known.join(", ") || "none"}`);
}

/** As tensorField, of parameters alone. */
export function parameterField(op: string, module: Module, name: string): Parameter {
  const value = tensorField(op, module, name);
  if (value instanceof Parameter) return value;
  throw new GradkitError(op, `${name} is a buffer: only parameters can be computed from others`);
}

/** Replaces the field; what it held is the caller's to keep. */
export function deriveField(module: Module, name: string, { get, set }: DerivedField, className = module.constructor.name): void {
  const Base = module.constructor as new () => object;
  const type = class extends Base {};
  Object.defineProperty(type, "name", { value: className });
  Object.defineProperty(type.prototype, name, {
    configurable: true,
    get(this: Module): Tensor {
      return get(this);
    },
    set(this: Module, value: Tensor) {
      if (!set) throw new GradkitError(name, `${className}.${name} is computed and cannot be assigned`);
      set(this, value);
    },
  });
  delete fieldsOf(module)[name];
  Object.setPrototypeOf(module, type.prototype);
}

/** Makes the field an ordinary one again. */
export function settleField(module: Module, name: string, value: Tensor): void {
  Object.defineProperty(module, name, { value, writable: true, enumerable: true, configurable: true });
}
