import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { supportFile, supportTable } from "./support-table.ts";

test("docs/support.md says what is: else run node --conditions=@gradkit/source tools/support-table.ts", { timeout: 120_000 }, async () => {
  const now = await supportTable();
  expect(readFileSync(supportFile, "utf8")).toBe(now);
});
