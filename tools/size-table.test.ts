// docs/sizes.md names every import, and its numbers are those of today within a tenth.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { measureSizes, sizesFile } from "./size-table.ts";

const SLACK_KILOBYTES = 1;

test("docs/sizes.md is not out of date: tools/size-table.ts writes it", { timeout: 120_000 }, async () => {
  const rows = [...readFileSync(sizesFile, "utf8").matchAll(/^\| ([^|]+) \| ([\d.]+) \|/gm)];
  const written = new Map(rows.map(([, name, kilobytes]) => [name as string, Number(kilobytes)]));
  const measured = await measureSizes();
  expect([...written.keys()]).toEqual([...measured.keys()]);
  const stale = [...measured].filter(([name, bytes]) => {
    const kilobytes = written.get(name) as number;
    return Math.abs(bytes / 1000 - kilobytes) > Math.max(SLACK_KILOBYTES, kilobytes / 10);
  });
  expect(stale).toEqual([]);
});
