// Fills memory with zeros: what orchestration calls where other kernels come before and after.
import { ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";

export type Clear = (address: number, byteLength: number) => void;

export function compileClear(target: Target): Clear {
  const module = new ModuleBuilder(target);
  const memoryFill = [0xfc, 0x0b, 0x00];
  module.func("clear", ["i32", "i32"], null, (_f, address, byteLength) => [address, i32.const(0), byteLength, memoryFill]);
  return module.kernel<Clear>("clear");
}
