// A small WebAssembly assembler: a function's body is a tree of bytes, written with the typed instructions of scalar.ts, simd.ts and control.ts,
// and flattened once into a module that imports one memory.

import type { AnyKernel, Lanes } from "../lanes.ts";

export type ValueType = "i32" | "f32" | "v128";

/**
 * Part of a function's body. A function in the tree is asked while flattening, with the function that is being built: so a constant becomes
 * a local, and a multiply-add the best that the engine has. In a statement list a number is a raw byte.
 */
export type Code = number | Value | readonly Code[] | ((f: FunctionBuilder) => Code);

/** Code that leaves one value on the stack. Using it twice computes it twice: put it in a local first. */
export interface Value<T extends ValueType = ValueType> {
  readonly type: T;
  readonly code: Code;
}

/** A local variable; as a value it reads itself. */
export interface Local<T extends ValueType = ValueType> extends Value<T> {
  readonly index: number;
  set(value: Value<T>): Code;
  tee(value: Value<T>): Value<T>;
}

/** Where the memory comes from and what the engine can do. */
export interface Target {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly maximumPages: number;
  readonly relaxedSimd: boolean;
  readonly lanes: Lanes;
}

const typeCodes: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

export function unsignedLeb(value: number): number[] {
  if (value >= 0 && value < 0x80) return [value]; // nearly all
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest ? low | 0x80 : low);
  } while (rest);
  return bytes;
}

export function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && !(low & 0x40)) || (rest === -1 && low & 0x40)) return bytes.concat(low);
    bytes.push(low | 0x80);
  }
}

/** One function under construction: hands out locals. */
export class FunctionBuilder {
  readonly relaxedSimd: boolean;
  readonly #locals: number[] = [];
  readonly #parameterCount: number;
  readonly #constants = new Map<string, Value>();
  readonly #prologue: number[] = [];

  constructor(parameterCount: number, relaxedSimd: boolean) {
    this.#parameterCount = parameterCount;
    this.relaxedSimd = relaxedSimd;
  }

  local<T extends ValueType>(type: T): Local<T> {
    return local(type, this.#parameterCount + this.#locals.push(typeCodes[type]) - 1);
  }
  locals<T extends ValueType>(type: T, count: number): Local<T>[] {
    return Array.from({ length: count }, () => this.local(type));
  }
  i32(): Local<"i32"> {
    return this.local("i32");
  }
  v128(): Local<"v128"> {
    return this.local("v128");
  }

  /** A constant kept in a local from the function's entry on: V8 materialises vector constants anew at each use. */
  constant<T extends ValueType>(type: T, bytes: readonly number[]): Value<T> {
    const key = bytes.join();
    let found = this.#constants.get(key);
    if (!found) {
      const kept = this.local(type);
      this.#prologue.push(...bytes, 0x21, ...unsignedLeb(kept.index));
      this.#constants.set(key, kept);
      found = kept;
    }
    return found as Value<T>;
  }

  /** The function's bytes in the code section. */
  finish(body: Code): number[] {
    const instructions: number[] = [];
    flatten(this, body, instructions);
    const declarations = this.#locals.flatMap((type) => [1, type]);
    return unsignedLeb(this.#locals.length).concat(declarations, this.#prologue, instructions, 0x0b);
  }
}

// The first kernels are emitted before the engine has compiled any of this, when a spread, a destructured list or a round of for-of costs as much
// as many plain instructions: so there is one call for a list, not for each of its bytes, and finished bytes are moved by `concat`, which is native.
function flatten(f: FunctionBuilder, code: Code, out: number[]): void {
  let list = code;
  while (!isList(list)) list = typeof list === "number" ? [list] : typeof list === "function" ? list(f) : list.code;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as Code;
    if (typeof item === "number") out.push(item);
    else flatten(f, item, out);
  }
}

const isList: (code: Code) => code is readonly Code[] = Array.isArray;

function local<T extends ValueType>(type: T, index: number): Local<T> {
  const where = unsignedLeb(index);
  return {
    type,
    index,
    code: [0x20].concat(where),
    set: (value) => [value.code, 0x21, where],
    tee: (value) => ({ type, code: [value.code, 0x22, where] }),
  };
}

type Locals<P extends readonly ValueType[]> = { [K in keyof P]: Local<P[K]> };
type Arguments<P extends readonly ValueType[]> = { [K in keyof P]: Value<P[K]> };

interface Signature {
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | null;
}

interface FunctionEntry extends Signature {
  readonly name: string;
  readonly bytes: readonly number[];
}

/** A module under construction. Functions are exported under their names; several share one memory with all other modules of the target. */
export class ModuleBuilder {
  readonly #target: Target;
  readonly #functions: FunctionEntry[] = [];

  constructor(target: Target) {
    this.#target = target;
  }

  /**
   * Adds a function and returns how to call it from later ones. With a result type the body must leave one value.
   *
   * @example
   * const double = module.func("double", ["f32"], "f32", (_f, x) => f32.add(x, x));
   */
  func<const P extends readonly ValueType[], R extends ValueType>(
    name: string,
    parameters: P,
    result: R,
    body: (f: FunctionBuilder, ...parameters: Locals<P>) => Code,
  ): (...args: Arguments<P>) => Value<R>;
  func<const P extends readonly ValueType[]>(
    name: string,
    parameters: P,
    result: null,
    body: (f: FunctionBuilder, ...parameters: Locals<P>) => Code,
  ): (...args: Arguments<P>) => Code;
  func(
    name: string,
    parameters: readonly ValueType[],
    result: ValueType | null,
    body: (f: FunctionBuilder, ...parameters: Local[]) => Code,
  ): (...args: Value[]) => Code {
    const f = new FunctionBuilder(parameters.length, this.#target.relaxedSimd);
    const bytes = f.finish(body(f, ...parameters.map(local)));
    const where = unsignedLeb(this.#functions.push({ name, parameters, result, bytes }) - 1);
    return (...args) => {
      const code: Code = [args, 0x10, where];
      return result ? { type: result, code } : code;
    };
  }

  /** The module in WebAssembly's binary format. */
  bytes(): Uint8Array<ArrayBuffer> {
    const { shared, maximumPages } = this.#target;
    const functions = this.#functions;
    const types = functions.map(({ parameters, result }) =>
      [0x60, parameters.length].concat(
        parameters.map((type) => typeCodes[type]),
        result ? [1, typeCodes[result]] : 0,
      ),
    );
    const memory = text("e").concat(text("m"), 0x02, shared ? 0x03 : 0x01, 1, unsignedLeb(maximumPages));
    const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]; // "\0asm", version 1
    return new Uint8Array(
      magic.concat(
        section(1, vector(types)),
        section(2, vector([memory])),
        section(3, vector(functions.map((_, i) => unsignedLeb(i)))), // each has its own type
        section(7, vector(functions.map((fn, i) => text(fn.name).concat(0x00, unsignedLeb(i))))),
        section(10, vector(functions.map((fn) => unsignedLeb(fn.bytes.length).concat(fn.bytes)))),
      ),
    );
  }

  /**
   * Compiles at once and returns one of the functions. Browsers allow this on their main thread for modules up to 4 KB (Chrome lifted it to
   * 8 MB): keep a module to the kernels that are needed now.
   */
  kernel<K extends AnyKernel>(name: string): K {
    const { memory, lanes } = this.#target;
    const bytes = this.bytes();
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { m: memory } });
    const position = this.#functions.findIndex((each) => each.name === name);
    return lanes.kernel(exports[name] as K, bytes, position);
  }
}

/** A counted list, as the format has everywhere. */
const vector = (items: readonly (readonly number[])[]): number[] => unsignedLeb(items.length).concat(...items);

const section = (id: number, content: readonly number[]): number[] => [id].concat(unsignedLeb(content.length), content);

const text = (name: string): number[] => [name.length].concat(Array.from(name, (character) => character.charCodeAt(0)));
