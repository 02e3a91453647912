// The first program of every README runs as it stands. MNIST comes from a directory of small drawn digits; nothing else is changed.
import { execFile } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
/** Programs run from here: the app has every package. Node strips no types below node_modules. */
const workspace = join(root, "apps/mnist-demo/.readmes");
const digits = mkdtempSync(join(tmpdir(), "gradkit-readmes-"));
const run = promisify(execFile);
const node = (...args: string[]) => run(process.execPath, args, { cwd: workspace, timeout: 120_000 });

const firstProgram = (readme: string): string | undefined => /```ts\n([\s\S]*?)```/.exec(readFileSync(readme, "utf8"))?.[1];

beforeAll(async () => {
  mkdirSync(workspace, { recursive: true });
  await node(join(root, "tools/tiny-mnist.ts"), digits);
});

afterAll(() => {
  rmSync(workspace, { recursive: true, force: true });
  rmSync(digits, { recursive: true, force: true });
});

const readmes = ["README.md", ...globSync("packages/*/package.json", { cwd: root }).map((file) => join(dirname(file), "README.md"))];

test.each(readmes)("the program in %s runs", { timeout: 150_000 }, async (readme) => {
  const path = join(root, readme);
  expect(existsSync(path), `${readme} is missing`).toBe(true);
  const program = firstProgram(path);
  if (!program) throw new Error(`${readme} has no \`\`\`ts block`);
  const file = join(workspace, `${readme.replaceAll("/", "-")}.ts`);
  const options = JSON.stringify({ dir: digits });
  writeFileSync(file, program.replace("MNIST.train()", `MNIST.train(${options})`).replace("MNIST.test()", `MNIST.test(${options})`));
  const { stdout, stderr } = await node("--conditions=@gradkit/source", file);
  expect(stderr).not.toContain("Error");
  expect(stdout).not.toBe("");
});
