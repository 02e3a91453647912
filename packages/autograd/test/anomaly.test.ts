import { cpu } from "@gradkit/backend-cpu";
import { setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { customFunction, detectAnomaly } from "../src/index.ts";

beforeAll(async () => setDefaultDevice(await cpu({ poison: true })));

const message = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => "nothing thrown",
    (error: unknown) => (error as Error).message,
  );

function lossOf(): void {
  const x = tensor([0, 4], { requiresGrad: true });
  const y = x.mul(1).mul(0).sqrt().mul(0); // 0 · ∞ on the way back
  y.exp().sum().backward();
}

describe("detectAnomaly", () => {
  it("names the op of the first NaN, and where it was called", async () => {
    const text = await message(detectAnomaly(lossOf));
    expect(text.split("\n")[0]).toMatchInlineSnapshot(
      `"detectAnomaly: the gradient of sqrt for its input 0 [2] is the first with a NaN. It was called"`,
    );
    expect(text).toContain("at lossOf");
    expect(text).toContain("anomaly.test.ts:16");
    expect(text).not.toMatch(/autograd.src|tensor.src/);
  });

  it("passes the result on when all is well", async () => {
    const x = tensor([1, 4], { requiresGrad: true });
    const value = await detectAnomaly(async () => {
      const loss = x.sqrt().sum();
      loss.backward();
      return await loss.item();
    });
    expect(value).toBe(3);
    expect(await x.grad?.tolist()).toEqual([0.5, 0.25]);
  });

  it("is over when its function is", async () => {
    await expect(
      detectAnomaly(() => {
        throw new Error("mine");
      }),
    ).rejects.toThrow("mine");
    lossOf(); // unwatched
    expect(await detectAnomaly(() => 1)).toBe(1);
  });

  it("tells of graphs that were recorded before, and of custom functions", async () => {
    const divide = customFunction(
      "divide",
      (_, x: Tensor) => x,
      (_, g) => g.div(0).mul(0),
    );
    const loss = divide(tensor([1], { requiresGrad: true })).sum();
    expect(await message(detectAnomaly(() => loss.backward()))).toMatchInlineSnapshot(
      `"detectAnomaly: the gradient of divide for its input 0 [1] is the first with a NaN. It was called outside detectAnomaly"`,
    );
  });
});
