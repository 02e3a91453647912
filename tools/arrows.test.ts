/** Holds the dependency arrows: a package imports what stands below it, siblings do not know each other, and nothing else is imported. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const packagesDir = fileURLToPath(new URL("../packages", import.meta.url));

/** Package → the packages that its source may import. A new package gets its line here. */
const arrows: Record<string, readonly string[]> = {
  tensor: [],
  autograd: ["tensor"],
  "backend-cpu": ["tensor"],
  "backend-webgpu": ["tensor"],
  data: ["tensor"],
  metrics: ["tensor"],
  nn: ["tensor", "autograd"],
  optim: ["tensor"],
};

interface Manifest {
  readonly exports: Record<string, string | { "@gradkit/source": string }>;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

const readManifest = (name: string): Manifest => JSON.parse(readFileSync(join(packagesDir, name, "package.json"), "utf8"));

const isTest = (file: string): boolean => /\.(test|test-d|bench)\.ts$/.test(file);
const isTestSupport = (file: string): boolean => file.includes(`${sep}src${sep}testing${sep}`); // published as ./testing

/** Absolute paths of what a package publishes: its source without the tests. */
function sourceFiles(name: string): string[] {
  const files = readdirSync(join(packagesDir, name, "src"), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".ts") && !isTest(file)).map((file) => join(packagesDir, name, "src", file));
}

const importsOf = (file: string): string[] =>
  ts.preProcessFile(readFileSync(file, "utf8")).importedFiles.map((imported) => imported.fileName);

/** Why `file` of package `name` may not import `specifier`; null if it may. */
function objection(name: string, file: string, specifier: string): string | null {
  if (specifier.startsWith("node:")) return null; // the reach of these is another test
  if (specifier.startsWith(".")) {
    if (!specifier.endsWith(".ts")) return "relative imports end in .ts";
    const inside = !relative(join(packagesDir, name, "src"), resolve(dirname(file), specifier)).startsWith("..");
    return inside ? null : "leaves the package";
  }
  const [scope, target = "", ...subpath] = specifier.split("/");
  if (scope !== "@gradkit") return "library packages have no runtime dependencies";
  if (!arrows[name]?.includes(target)) return `${name} may import ${arrows[name]?.join(", ") || "no other package"}`;
  if (target === "autograd" && subpath.length === 0)
    return "import a subpath: for gradcheck's import(), the root makes bundlers wrap every module";
  if (subpath[0] === "testing" && !isTestSupport(file)) return "testing subpaths are for tests and src/testing";
  return null;
}

/** Files that `entry` reaches by relative imports, itself included. */
function reachable(entry: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const specifier of importsOf(entry)) if (specifier.startsWith(".")) reachable(resolve(dirname(entry), specifier), seen);
  return seen;
}

const names = readdirSync(packagesDir);

test("every package has its arrows", () => {
  expect(names.filter((name) => !(name in arrows))).toEqual([]);
});

describe.each(names)("%s", (name) => {
  test("imports only what stands below it", () => {
    const objections = sourceFiles(name).flatMap((file) =>
      importsOf(file).flatMap((specifier) => {
        const why = objection(name, file, specifier);
        return why === null ? [] : [`${relative(packagesDir, file)} imports ${specifier}: ${why}`];
      }),
    );
    expect(objections).toEqual([]);
  });

  test("its main entry needs neither Node nor a browser", () => {
    const entry = readManifest(name).exports["."];
    const main = join(packagesDir, name, typeof entry === "object" ? entry["@gradkit/source"] : "");
    const offenders = [...reachable(main)].filter((file) => importsOf(file).some((specifier) => specifier.startsWith("node:")));
    expect(offenders.map((file) => relative(packagesDir, file))).toEqual([]);
  });

  test("has peers, not dependencies", () => {
    const { dependencies = {}, peerDependencies = {} } = readManifest(name);
    expect(dependencies).toEqual({});
    const peers = Object.keys(peerDependencies).filter((peer) => peer.startsWith("@gradkit/"));
    expect(peers.sort()).toEqual((arrows[name] ?? []).map((target) => `@gradkit/${target}`).sort());
  });
});
