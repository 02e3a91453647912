// PyTorch's numbers, on every backend that computes here. What is not supported yet stands in unsupported.json, which may only shrink.
import { readFileSync } from "node:fs";
import { setDefaultDevice } from "@gradkit/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { type Chosen, chooseBackend } from "./backends.ts";
import type { Context } from "./families/context.ts";
import { library } from "./library.ts";
import { readCases } from "./reader.ts";
import { runCases } from "./run.ts";

const directory = new URL("./fixtures", import.meta.url).pathname;
const cases = readCases(directory);
const families = [...new Set(cases.map(({ family }) => family))];
const listed = new Set(JSON.parse(readFileSync(new URL("./unsupported.json", import.meta.url), "utf8")) as string[]);

test("the list names cases that exist", () => {
  const ids = new Set(cases.map(({ id }) => id));
  expect([...listed].filter((id) => !ids.has(id))).toEqual([]);
});

describe.each(["reference", "cpu"])("%s", (name) => {
  let context: Context;
  beforeAll(async () => {
    const { backend, slack } = (await chooseBackend(name)) as Chosen;
    setDefaultDevice(backend);
    context = { library, slack };
  });

  test.each(families)("%s", { timeout: 120_000 }, async (family) => {
    const selected = cases.filter((golden) => golden.family === family);
    const outcomes = await runCases(selected, context);
    const surprises = outcomes.filter(({ id, status }) => status !== (listed.has(id) ? "unsupported" : "passed"));
    expect(
      surprises.map(({ id, status, reason }) => `${id} ${status}${listed.has(id) ? ", take it off unsupported.json" : ""}: ${reason}`),
    ).toEqual([]);
  });
});
