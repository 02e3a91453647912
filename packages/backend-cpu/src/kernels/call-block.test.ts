import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { Memory } from "../memory.ts";
import { detectFeatures } from "../wasm/features.ts";
import { CallBlock } from "./call-block.ts";

it("keeps its words when everything else of its size is collected", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const memory = new Memory(detectFeatures());
  const block = new CallBlock(memory);
  block.setCounts(12345, 678);
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 100; i++) {
      const { pointer, byteLength } = memory.allocate(4096);
      memory.u8.fill(255, pointer, pointer + byteLength);
    }
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5)); // finalizers run between tasks
  }
  expect([...block.save(2)]).toEqual([12345, 678]);
});
