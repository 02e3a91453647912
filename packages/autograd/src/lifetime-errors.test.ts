// What people are told about tensors and graphs that are gone, about operands that are none, and about a second copy of the library.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { cpu } from "@gradkit/backend-cpu";
import { type Backend, debugLifetimes, markStep, ones, type Tensor } from "@gradkit/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import "./index.ts";

let device: Backend;
let w: Tensor;
beforeAll(async () => {
  device = await cpu({ poison: true });
  w = ones([4, 4], { device, requiresGrad: true });
});

describe("outputs of a consumed graph", () => {
  const trained = (): { logits: Tensor; loss: Tensor } => {
    const logits = w.matmul(w);
    const loss = logits.sum();
    loss.backward();
    return { logits, loss };
  };

  it("can be read until the second following step of an optimizer", () => {
    const { logits, loss } = trained();
    const [first, second] = [{}, {}];
    for (const optimizer of [first, second]) markStep(optimizer);
    expect(logits.sum().itemSync()).toBe(64);
    markStep(first);
    expect(() => logits.sum()).toThrowErrorMatchingInlineSnapshot(
      `[LifetimeError: tensor: a tensor [4, 4] made by matmul was released: backward() consumed its graph two optimizer steps ago. Keep its values with detach() before, or the tensor with keep(). debugLifetimes(true) shows where it was made and released]`,
    );
    expect(loss.itemSync()).toBe(64);
  });

  it("live on in detach(), views and keep()", () => {
    const [detached, viewed, kept] = [trained().logits.detach(), trained().logits.detach().at(0), trained().logits.keep()];
    for (let i = 0; i < 4; i++) markStep(w);
    expect([detached, viewed, kept].map((t) => t.sum().itemSync())).toEqual([64, 16, 64]);
  });
});

describe("a released tensor", () => {
  it("says where it was made and released in debug mode", () => {
    debugLifetimes(true);
    const made = (): Tensor => ones([2], { device });
    const x = made();
    const release = (): void => x.dispose();
    release();
    const message = (() => {
      try {
        x.add(1);
        return "";
      } catch (error) {
        return (error as Error).message;
      } finally {
        debugLifetimes(false);
      }
    })();
    expect(message).toMatch(/released: dispose\(\).*\n {2}made\n.*at made .*lifetime-errors\.test\.ts/);
    expect(message).toMatch(/\n {2}released\n.*at release .*lifetime-errors\.test\.ts/);
  });
});

describe("mistakes", () => {
  it("a graph that was freed", () => {
    const y = w.exp().sum();
    y.backward();
    expect(() => y.backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: backward: the graph was freed: the values saved for exp's gradient are gone. Pass { retainGraph: true } to the backward before]`,
    );
  });

  it("a needed value that was changed in place", () => {
    const hidden = w.mul(1);
    const y = hidden.square().sum();
    hidden.add_(1);
    expect(() => y.backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: square: a value needed by square's gradient was changed in place after it was used (version 0, now 1). Use the op without _, or clone() before]`,
    );
  });

  it("an await that was forgotten", async () => {
    const loss = w.sum();
    expect(() => (loss.item() as unknown as number) * 2).toThrowErrorMatchingInlineSnapshot(
      `[GradkitError: item: the number is still being read. Write \`await x.item()\`, or x.itemSync() where the device can]`,
    );
    expect(() => `loss ${loss.item()}`).toThrow("await");
    expect(() => w.mul(loss.item() as never)).toThrowErrorMatchingInlineSnapshot(
      `[GradkitError: mul: an operand is a promise. Reading is asynchronous: write \`await\` before item(), data() or tolist()]`,
    );
    expect(() => w.matmul(loss.item() as never)).toThrow("await");
    expect((await loss.item()) * 2).toBe(32);
  });

  it("operands that are no tensors", () => {
    expect(() => w.mul(undefined as never)).toThrowErrorMatchingInlineSnapshot(
      `[GradkitError: mul: expected a tensor (got undefined). Make one of numbers with tensor(…)]`,
    );
    expect(() => w.matmul([[1]] as never)).toThrowErrorMatchingInlineSnapshot(
      `[GradkitError: matmul: expected a tensor (got Array). Make one of numbers with tensor(…)]`,
    );
    expect(() => (w.mul as () => Tensor)()).toThrowErrorMatchingInlineSnapshot(`[GradkitError: mul: expected 2 operands (got 1)]`);
    expect(w.mul(2).sum().itemSync()).toBe(32); // none of it is remembered
  });

  it("operands of two devices", async () => {
    const other = ones([4], { device: await cpu() });
    expect(() => w.add(other)).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: add: operands are on two cpu devices. Move one with .to(device)]`,
    );
  });
});

describe("two copies of @gradkit/tensor", () => {
  /** Runs a program that has both; its output. */
  function run(program: string): string {
    const folder = mkdtempSync(join(tmpdir(), "gradkit-copy-"));
    try {
      cpSync(fileURLToPath(new URL("../../tensor/src", import.meta.url)), join(folder, "src"), { recursive: true });
      const url = (path: string): string => JSON.stringify(pathToFileURL(path).href);
      const head = `
        const a = await import("@gradkit/tensor");
        console.warn = (text) => console.log(text);
        const b = await import(${url(join(folder, "src/index.ts"))});
        const { reference } = await import("@gradkit/tensor/testing");
        const device = reference();
        const message = (fn) => { try { return String(fn()); } catch (error) { return String(error); } };
      `;
      const output = execFileSync(process.execPath, ["--conditions=@gradkit/source", "--input-type=module", "-e", head + program], {
        cwd: fileURLToPath(new URL(".", import.meta.url)),
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
      return output.replaceAll(/file:\S*src\/copies\.ts/g, "URL").trim();
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("are named when the second is loaded, and wherever they meet", () => {
    const output = run(`
      console.log(message(() => a.ones([2], { device }).add(b.ones([2], { device }))));
      console.log(message(() => a.ones([2, 2], { device }).matmul(b.ones([2, 2], { device }))));
      a.setDefaultDevice(device);
      console.log(message(() => b.ones([2])));
    `);
    expect(output).toMatchInlineSnapshot(`
      "gradkit: 2 copies of @gradkit/tensor are loaded: URL and URL. Install one version of it; npm ls @gradkit/tensor shows who brings which
      GradkitError: add: an operand belongs to another copy of @gradkit/tensor. 2 copies of @gradkit/tensor are loaded: URL and URL. Install one version of it; npm ls @gradkit/tensor shows who brings which
      GradkitError: matmul: an operand belongs to another copy of @gradkit/tensor. 2 copies of @gradkit/tensor are loaded: URL and URL. Install one version of it; npm ls @gradkit/tensor shows who brings which
      DeviceError: defaultDevice: no device was chosen. Call setDefaultDevice(await cpu()) with \`import { cpu } from "@gradkit/backend-cpu"\` first. 2 copies of @gradkit/tensor are loaded: URL and URL. Install one version of it; npm ls @gradkit/tensor shows who brings which"
    `);
  });
});
