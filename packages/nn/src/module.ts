// The class that layers and models extend. Parameters, buffers and submodules are found from fields; `forward` says what it computes.
import "@gradkit/autograd/install";
import { type Backend, type DType, emptyLike, isFloat, noGrad, type Tensor } from "@gradkit/tensor";
import { addHook, type ForwardHook, type ForwardPreHook } from "./hooks.ts";
import { namedModulesOf, namedTensorsOf, ownBuffers, ownModules, ownParameters } from "./members.ts";
import { addModulePath } from "./module-path.ts";
import { BufferTensor, Parameter } from "./parameter.ts";
import { printModule } from "./print-module.ts";
import { type LoadResult, type LoadStateDictOptions, loadInto, type StateDict, stateDictOf } from "./state-dict.ts";
import { stateKey } from "./state-key.ts";

/**
 * A layer or a model.
 *
 * @example
 * class Net extends Module {
 *   fc1 = new Linear(784, 128);
 *   fc2 = new Linear(128, 10);
 *   forward(x: Tensor): Tensor {
 *     return this.fc2.call(this.fc1.call(x).relu());
 *   }
 * }
 * const logits = new Net().call(images); // [N, 10]
 */
export abstract class Module {
  /** Whether dropout drops and batch norm updates its statistics: set by `train()` and `eval()`. */
  training = true;
  readonly #preHooks: ForwardPreHook[] = [];
  readonly #hooks: ForwardHook[] = [];

  /** What the module computes. Call it through `call`, which also runs hooks and names the module in errors. */
  abstract forward(...args: never[]): unknown;

  /** Runs `forward`, typed as it is. */
  call(...args: Parameters<this["forward"]>): ReturnType<this["forward"]> {
    let inputs: unknown[] = args;
    for (const hook of this.#preHooks) inputs = hook(this, inputs) ?? inputs;
    let output: unknown;
    try {
      output = this.forward(...(inputs as never[]));
    } catch (error) {
      addModulePath(error, this);
      throw error;
    }
    for (const hook of this.#hooks) output = hook(this, inputs, output) ?? output;
    return output as ReturnType<this["forward"]>;
  }

  /** Calls `hook(module, args)` before forward. Returns a function that removes it. */
  registerForwardPreHook(hook: ForwardPreHook<this>): () => void {
    return addHook(this.#preHooks, hook as ForwardPreHook);
  }

  /** Calls `hook(module, args, output)` after forward. Returns a function that removes it. */
  registerForwardHook(hook: ForwardHook<this>): () => void {
    return addHook(this.#hooks, hook as ForwardHook);
  }

  // --- what it holds

  /** All parameters, each once. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, value]) => value);
  }

  namedParameters(): [name: string, parameter: Parameter][] {
    return namedTensorsOf(this, ownParameters);
  }

  /** All buffers, each once. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, value]) => value);
  }

  namedBuffers(): [name: string, buffer: Tensor][] {
    return namedTensorsOf(this, ownBuffers);
  }

  /** The modules in its fields. */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  namedChildren(): [name: string, child: Module][] {
    return ownModules(this);
  }

  /** The module itself and all below it, each once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** As `modules`, with their paths; its own is "". */
  namedModules(): [name: string, module: Module][] {
    return namedModulesOf(this);
  }

  /** How many numbers its parameters hold. */
  numParameters(): number {
    return this.parameters().reduce((count, { numel }) => count + numel, 0);
  }

  // --- saving

  /** The name under which a field is saved and printed: `runningMean` is running_mean, as in PyTorch. Containers keep the names that users give. */
  keyOf(field: string): string {
    return stateKey(field);
  }

  /** Parameters and persistent buffers by name, with PyTorch's keys. The tensors share the module's memory. */
  stateDict(): StateDict {
    return stateDictOf(this);
  }

  /** Copies values into the module's tensors. Throws a StateDictError that lists every key and shape that does not fit. */
  loadStateDict(state: Readonly<StateDict>, options: LoadStateDictOptions = {}): LoadResult {
    return loadInto(this, state, options);
  }

  // --- modes

  /** Sets `training` here and in all modules below. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** As `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Asks all parameters for gradients, or freezes them. */
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(value);
    return this;
  }

  /** Drops the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /** Calls `fn` on every module below, then on itself. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /** Moves parameters and buffers to a device, or floats among them to a dtype. Fields get new tensors: make optimizers afterwards. */
  to(target: DType | Backend): this {
    const keeps = (value: Tensor): boolean => typeof target === "string" && !isFloat(value.dtype);
    return this.#replaceTensors((value) => (keeps(value) ? value : noGrad(() => value.to(target))));
  }

  /**
   * As `to`, without the values: parameters and buffers get uninitialised memory on the device. For modules made on the meta device, whose state
   * is then loaded.
   */
  toEmpty(device: Backend): this {
    return this.#replaceTensors((value) => emptyLike(value, { device }));
  }

  #replaceTensors(make: (value: Tensor) => Tensor): this {
    const made = new Map<Tensor, Tensor>();
    for (const module of this.modules()) {
      const fields = module as unknown as Record<string, unknown>;
      for (const [field, value] of Object.entries(fields)) {
        if (!(value instanceof Parameter || value instanceof BufferTensor)) continue;
        const replacement = made.get(value) ?? ofKind(value, make(value));
        made.set(value, replacement);
        fields[field] = replacement;
      }
    }
    return this;
  }

  // --- printing

  /** What stands between the parentheses when the module is printed. */
  extraRepr(): string {
    return "";
  }

  toString(): string {
    return printModule(this);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** The source as a parameter or buffer like `value`. */
function ofKind(value: Parameter | BufferTensor, source: Tensor): Parameter | BufferTensor {
  if (source === value) return value;
  return value instanceof Parameter ? new Parameter(source, value.requiresGrad) : new BufferTensor(source, value.persistent);
}
