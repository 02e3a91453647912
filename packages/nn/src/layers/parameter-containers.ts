// Parameters by position or by name that a model can hold in a field.
import { IndexError, type Tensor } from "@gradkit/tensor";
import { Module } from "../module.ts";
import { Parameter, parameter } from "../parameter.ts";

const asParameter = (value: Tensor): Parameter => (value instanceof Parameter ? value : parameter(value));

/** As PyTorch prints them: a line for each. */
function printContainer(container: Module): string {
  const lines = container.namedParameters().map(([name, { dtype, shape }]) => {
    return `  (${name}): Parameter containing: [torch.${dtype} of size ${shape.join("x")}]`;
  });
  return `${container.constructor.name}(${lines.length > 0 ? `\n  ${lines.join("\n  ")}\n` : ""})`;
}

/**
 * Parameters by position; tensors become parameters. Arrays in a field are not searched for parameters; this is.
 *
 * @example
 * class Sum extends Module {
 *   weights = new ParameterList([randn([4]), randn([4])]);
 *   forward(x: Tensor): Tensor {
 *     for (const weight of this.weights) x = x.mul(weight);
 *     return x;
 *   }
 * }
 */
export class ParameterList extends Module {
  [index: number]: Parameter;

  constructor(values: Iterable<Tensor> = []) {
    super();
    this.extend(values);
  }

  get length(): number {
    return Object.values(this).filter((value) => value instanceof Parameter).length;
  }

  append(value: Tensor): this {
    this[this.length] = asParameter(value);
    return this;
  }

  extend(values: Iterable<Tensor>): this {
    for (const value of values) this.append(value);
    return this;
  }

  /** The parameter at a position; negative ones count from the end. */
  at(index: number): Parameter | undefined {
    return this[index < 0 ? this.length + index : index];
  }

  *[Symbol.iterator](): Iterator<Parameter> {
    for (let i = 0; i < this.length; i++) yield this[i] as Parameter;
  }

  forward(): never {
    throw new TypeError("ParameterList: a list computes nothing. Use its parameters in your own forward");
  }

  override toString(): string {
    return printContainer(this);
  }
}

/** Parameters by name; tensors become parameters, and the names are their keys in the state dict, as they are. */
export class ParameterDict extends Module {
  constructor(values: Readonly<Record<string, Tensor>> = {}) {
    super();
    this.update(values);
  }

  override keyOf(field: string): string {
    return field;
  }

  get length(): number {
    return this.entries().length;
  }

  /** Throws an IndexError where there is none of that name. */
  get(name: string): Parameter {
    const found = this.entries().find(([key]) => key === name);
    if (!found) throw new IndexError("ParameterDict", `there is no parameter "${name}". It holds ${this.keys().join(", ") || "none"}`);
    return found[1];
  }

  /** Adds a parameter, or takes the place of the one of that name. */
  set(name: string, value: Tensor): this {
    if (name in this && !this.has(name))
      throw new TypeError(`ParameterDict: a parameter cannot be named ${name}, which is a member of every module`);
    Object.defineProperty(this, name, { value: asParameter(value), enumerable: true, writable: true, configurable: true });
    return this;
  }

  update(values: Readonly<Record<string, Tensor>>): this {
    for (const [name, value] of Object.entries(values)) this.set(name, value);
    return this;
  }

  has(name: string): boolean {
    return this.keys().includes(name);
  }

  /** Removes a parameter and returns it. */
  pop(name: string): Parameter {
    const value = this.get(name);
    delete (this as unknown as Record<string, unknown>)[name];
    return value;
  }

  clear(): void {
    for (const name of this.keys()) this.pop(name);
  }

  keys(): string[] {
    return this.entries().map(([name]) => name);
  }

  values(): Parameter[] {
    return this.entries().map(([, value]) => value);
  }

  entries(): [name: string, parameter: Parameter][] {
    return Object.entries(this).filter((entry): entry is [string, Parameter] => entry[1] instanceof Parameter);
  }

  forward(): never {
    throw new TypeError("ParameterDict: a dict computes nothing. Use its parameters in your own forward");
  }

  override toString(): string {
    return printContainer(this);
  }
}
