import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defaultGenerator, FormatError, Generator, manualSeed, noGrad, type Tensor, tensor } from "@gradkit/tensor";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { useReferenceDevice } from "../test/reference-device.ts";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { loadCheckpoint, type Run, saveCheckpoint } from "./checkpoint.ts";
import { load, save } from "./files.ts";

beforeAll(useReferenceDevice);

/** As a model: tensors that are written in place. */
class Weights {
  readonly w = tensor([1, 2, 3]);
  stateDict(): { "fc.w": Tensor } {
    return { "fc.w": this.w };
  }
  loadStateDict(state: { "fc.w": Tensor }): void {
    noGrad(() => this.w.copy_(state["fc.w"]));
  }
}

/** As an optimizer: nested numbers and tensors. */
class Memory {
  state: unknown = null;
  stateDict(): unknown {
    return this.state;
  }
  loadStateDict(state: unknown): void {
    this.state = state;
  }
}

const file = async (): Promise<string> => join(await temporaryDirectory(), "run.safetensors");
const message = async (attempt: Promise<unknown>, hidden: string): Promise<string> =>
  attempt.then(
    () => "nothing thrown",
    (error: unknown) => String(error).replaceAll(hidden, "…"),
  );

describe("a checkpoint", () => {
  it("brings all parts back", async () => {
    const path = await file();
    const make = () => ({
      model: new Weights(),
      memory: new Memory(),
      chance: new Generator(5),
      progress: { epoch: 0, best: -Infinity, losses: [] as number[] },
    });
    const run = make();
    noGrad(() => run.model.w.mul_(0.1));
    const average = tensor([0.25, 0.5]);
    run.memory.state = {
      state: { 0: { step: 3, exp_avg: average } },
      param_groups: [{ lr: 0.1, betas: [0.9, 0.999], name: "a", on: true, none: null }],
    };
    Object.assign(run.progress, { epoch: 2, losses: [0.1 + 0.2, Number.NaN, Infinity, -0, 5e-324] });
    run.chance.uint32();
    manualSeed(2 ** 40 + 1).uint32();
    await saveCheckpoint(path, run);
    manualSeed(0);

    const other = make();
    await loadCheckpoint(path, other);
    expect(await other.model.w.data()).toEqual(Float32Array.of(0.1, 0.2, Math.fround(0.3)));
    expect(other.progress).toEqual({ epoch: 2, best: -Infinity, losses: [0.1 + 0.2, Number.NaN, Infinity, -0, 5e-324] });
    expect(other.chance.state).toEqual({ seed: 5, draws: 1 });
    expect(defaultGenerator.state).toEqual({ seed: 2 ** 40 + 1, draws: 1 });
    const { state, param_groups } = other.memory.state as {
      state: Record<number, { step: number; exp_avg: Tensor }>;
      param_groups: unknown;
    };
    expect(param_groups).toEqual([{ lr: 0.1, betas: [0.9, 0.999], name: "a", on: true, none: null }]);
    expect(state[0]!.step).toBe(3);
    expect(await state[0]!.exp_avg.tolist()).toEqual([0.25, 0.5]);
  });

  it("is a safetensors file, with PyTorch's keys behind the part's name", async () => {
    const path = await file();
    await saveCheckpoint(path, { model: new Weights() });
    const tensors = await load(path);
    expect(Object.keys(tensors)).toEqual(["model.fc.w"]);
    expect(await tensors["model.fc.w"]!.tolist()).toEqual([1, 2, 3]);
  });

  it("tells tensors of one path apart", async () => {
    const path = await file();
    const memory = new Memory();
    memory.state = { a: { "b.c": tensor([1]) }, "a.b": { c: tensor([2]) } };
    await saveCheckpoint(path, { memory });
    const other = new Memory();
    await loadCheckpoint(path, { memory: other });
    const state = other.state as { a: { "b.c": Tensor }; "a.b": { c: Tensor } };
    expect([await state.a["b.c"].item(), await state["a.b"].c.item()]).toEqual([1, 2]);
  });

  it("holds the state at the call, though training goes on while it is written", async () => {
    const path = await file();
    const run = { model: new Weights(), progress: { step: 1 } };
    const saved = saveCheckpoint(path, run);
    noGrad(() => run.model.w.zero_());
    run.progress.step = 2;
    defaultGenerator.uint32();
    await saved;
    await loadCheckpoint(path, run);
    expect(await run.model.w.tolist()).toEqual([1, 2, 3]);
    expect(run.progress.step).toBe(1);
  });

  it("gives the parts that are asked for", async () => {
    const path = await file();
    await saveCheckpoint(path, { model: new Weights(), progress: { step: 1 } });
    const progress = { step: 0 };
    await loadCheckpoint(path, { progress });
    expect(progress.step).toBe(1);
  });

  it("stands when a later one cannot be written", async () => {
    const path = await file();
    const run = { progress: { step: 1 as unknown } };
    await saveCheckpoint(path, run);
    run.progress.step = () => 2;
    await expect(saveCheckpoint(path, run)).rejects.toThrow();
    await loadCheckpoint(path, run);
    expect(run.progress.step).toBe(1);
    expect(await readdir(join(path, ".."))).toEqual(["run.safetensors"]);
  });
});

describe("a checkpoint that cannot be saved", () => {
  const told: string[] = [];
  const refused = async (run: Run): Promise<string> => {
    const path = await file();
    return message(saveCheckpoint(path, run), path);
  };

  it("names the value", async () => {
    expect(await refused({ progress: { seen: { ids: new Map() } } })).toMatchInlineSnapshot(
      `"GradkitError: saveCheckpoint: progress.seen.ids is a Map. What can be saved: numbers, strings, booleans, null, tensors, and arrays and plain objects of these"`,
    );
    expect(await refused({ progress: { log: () => 0 } })).toMatchInlineSnapshot(
      `"GradkitError: saveCheckpoint: progress.log is a function. What can be saved: numbers, strings, booleans, null, tensors, and arrays and plain objects of these"`,
    );
    expect(await refused({ progress: { big: 1n } })).toMatchInlineSnapshot(
      `"GradkitError: saveCheckpoint: progress.big is a bigint. What can be saved: numbers, strings, booleans, null, tensors, and arrays and plain objects of these"`,
    );
    expect(await refused({ progress: { $tensor: "x" } })).toMatchInlineSnapshot(
      `"GradkitError: saveCheckpoint: progress has the key "$tensor". Keys with $ are reserved"`,
    );
    expect(await refused({ classes: new Map() })).toMatchInlineSnapshot(
      `"GradkitError: saveCheckpoint: classes is a Map without stateDict() and loadStateDict()"`,
    );
  });

  it.each(["ENOSPC", "EACCES", "EROFS"])("says why the system refuses (%s), and leaves the checkpoint before", async (code) => {
    const path = await file();
    await saveCheckpoint(path, { progress: { step: 1 } });
    const refuse = vi
      .spyOn(process.getBuiltinModule("node:fs/promises"), "open")
      .mockRejectedValueOnce(Object.assign(new Error(code), { code }));
    told.push(await message(saveCheckpoint(path, { progress: { step: 2 } }), path));
    refuse.mockRestore();
    const progress = { step: 0 };
    await loadCheckpoint(path, { progress });
    expect(progress.step).toBe(1);
  });

  it("and says it in words", () => {
    expect(told).toMatchInlineSnapshot(`
      [
        "FileError: saveCheckpoint: cannot write …: the disk is full (ENOSPC)",
        "FileError: saveCheckpoint: cannot write …: permission denied (EACCES)",
        "FileError: saveCheckpoint: cannot write …: the file system is read-only (EROFS)",
      ]
    `);
  });

  it("names the place", async () => {
    const path = join(await temporaryDirectory(), "nowhere", "run.safetensors");
    expect(await message(saveCheckpoint(path, {}), path)).toMatchInlineSnapshot(
      `"FileError: saveCheckpoint: cannot write …: there is no such file or directory (ENOENT)"`,
    );
  });
});

describe("a checkpoint that cannot be loaded", () => {
  it("is told from other files", async () => {
    const path = await file();
    expect(await message(loadCheckpoint(path, {}), path)).toMatchInlineSnapshot(
      `"FileError: loadCheckpoint: cannot read …: there is no such file or directory (ENOENT)"`,
    );
    await save({ w: tensor([1]) }, path);
    expect(await message(loadCheckpoint(path, {}), path)).toMatchInlineSnapshot(
      `"FormatError: loadCheckpoint: … is a safetensors file, but no checkpoint. Use load() of @gradkit/data/files"`,
    );
    await save({ w: tensor([1]) }, path, { metadata: { format: "gradkit checkpoint", version: "2", contents: "{}" } });
    expect(await message(loadCheckpoint(path, {}), path)).toMatchInlineSnapshot(
      `"FormatError: loadCheckpoint: … is a checkpoint of version 2, expected 1"`,
    );
    await saveCheckpoint(path, { model: new Weights() });
    await writeFile(path, (await readFile(path)).subarray(0, -5));
    expect(await message(loadCheckpoint(path, {}), path)).toMatchInlineSnapshot(
      `"FormatError: safetensors: … is cut short: expected 276 bytes, got 271"`,
    );
  });

  it("is not loaded when its contents are damaged", async () => {
    const path = await file();
    const damaged = async (contents: string): Promise<string> => {
      await save({ w: tensor([1]) }, path, { metadata: { format: "gradkit checkpoint", version: "1", contents } });
      return message(loadCheckpoint(path, {}), path);
    };
    expect(await damaged("{")).toMatchInlineSnapshot(`"FormatError: loadCheckpoint: … is corrupt: what it says of the run cannot be read"`);
    expect(await damaged("null")).toBe(await damaged("{"));
    expect(await damaged('{ "random": { "seed": 1, "draws": 0 }, "parts": { "w": { "$tensor": "v" } } }')).toBe(await damaged("{"));
    expect(await damaged('{ "random": { "seed": 1 }, "parts": {} }')).toMatchInlineSnapshot(
      `"FormatError: loadCheckpoint: … is corrupt: it has no state of the random numbers"`,
    );
  });

  it("is whole or refused, wherever it is cut", async () => {
    const path = await file();
    await saveCheckpoint(path, { model: new Weights(), progress: { step: 1 } });
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length++) {
      await expect(loadCheckpoint(new Blob([whole.subarray(0, length)]), {})).rejects.toThrow(FormatError);
    }
    await loadCheckpoint(new Blob([whole]), {});
  });

  it("names the parts that are missing, and changes nothing", async () => {
    const path = await file();
    const run = { model: new Weights(), progress: { step: 1 } };
    await saveCheckpoint(path, run);
    run.progress.step = 2;
    expect(await message(loadCheckpoint(path, { ...run, scheduler: new Memory() }), path)).toMatchInlineSnapshot(
      `"GradkitError: loadCheckpoint: … has no scheduler. It holds model, progress"`,
    );
    expect(run.progress.step).toBe(2);
    expect(await message(loadCheckpoint(path, { progress: { step: 0, best: 0 } }), path)).toMatchInlineSnapshot(
      `"GradkitError: loadCheckpoint: progress has no best in the checkpoint"`,
    );
  });
});
