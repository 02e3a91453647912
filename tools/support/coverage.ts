// PyTorch's names, as its signatures and the golden cases have them, against the names of the library.
import type { Library, Namespace } from "../goldens/library.ts";
import { findFunction } from "../goldens/names.ts";
import type { Case } from "../goldens/reader.ts";
import { signatures } from "../goldens/signatures/index.ts";

export interface Coverage {
  readonly family: string;
  readonly present: number;
  readonly missing: readonly string[];
}

type NamedCase = Case & { readonly op?: string; readonly module?: string; readonly optimizer?: string; readonly scheduler?: string };

const isFunctionOf = (namespace: Namespace, name: string): boolean => typeof namespace[name] === "function";

function hasFunction(name: string, library: Library): boolean {
  try {
    findFunction(name, library);
    return true;
  } catch {
    return false;
  }
}

/** A family of names, and how to look one up. */
interface Family {
  readonly title: string;
  readonly names: readonly string[];
  readonly has: (name: string) => boolean;
}

function families(cases: readonly NamedCase[], library: Library): Family[] {
  const listed = Object.keys(signatures).filter((name) => !name.endsWith(".forward"));
  const ops = [...listed.filter((name) => !/^(nn\.[A-Z]|optim\.)/.test(name)), ...cases.flatMap(({ op }) => op ?? [])];
  const isFunctional = (name: string): boolean => name.startsWith("nn.");
  const byFunction = (name: string): boolean => hasFunction(name, library);
  const classes = (pattern: RegExp): string[] => listed.flatMap((name) => pattern.exec(name)?.[1] ?? []);
  return [
    { title: "torch, Tensor, linalg, special", names: ops.filter((name) => !isFunctional(name)), has: byFunction },
    { title: "torch.nn.functional, init, utils", names: ops.filter(isFunctional), has: byFunction },
    {
      title: "torch.nn modules",
      names: [...classes(/^nn\.([A-Z]\w*)$/), ...cases.flatMap(({ module }) => module ?? [])],
      has: (name) => isFunctionOf(library.nn, name),
    },
    {
      title: "torch.optim",
      names: [...classes(/^optim\.([A-Z]\w*)$/), ...cases.flatMap(({ optimizer, scheduler }) => [optimizer ?? [], scheduler ?? []].flat())],
      has: (name) => isFunctionOf(library.optim, name),
    },
  ];
}

export function coverage(cases: readonly NamedCase[], library: Library): Coverage[] {
  return families(cases, library).map(({ title, names, has }) => {
    const unique = [...new Set(names)].sort();
    const missing = unique.filter((name) => !has(name));
    return { family: title, present: unique.length - missing.length, missing };
  });
}
