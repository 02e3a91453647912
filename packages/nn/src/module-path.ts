// Where in a model an error arose. On its way out each `call` puts the name of its module in front, so the path costs nothing until something fails.
import { GradkitError } from "@gradkit/tensor";
import { namedModulesOf } from "./members.ts";
import type { Module } from "./module.ts";

interface Location {
  /** The message before anything was added. */
  readonly message: string;
  /** The module whose forward threw, as `Linear(784, 128)`. */
  readonly culprit: string;
  /** The outermost module reached so far, and the way from it to the culprit. */
  readonly root: Module;
  readonly path: string;
}

const locations = new WeakMap<GradkitError, Location>();

/** What tells a layer from its neighbours: its sizes. Flags that are on, and the names of features, are left out. */
const label = (module: Module): string =>
  `${module.constructor.name}(${module.extraRepr().replace(/\b(in|out|num)_features=|, \w+=True\b/g, "")})`;

function located(error: GradkitError, module: Module): Location {
  const inner = locations.get(error);
  if (!inner) return { message: error.message, culprit: label(module), root: module, path: "" };
  const name = namedModulesOf(module).find(([, part]) => part === inner.root)?.[0];
  if (name === undefined) return inner; // called, but held by somebody else
  return { ...inner, root: module, path: [name, inner.path].filter((part) => part !== "").join(".") };
}

/** Adds `in Sequential.2: Linear(784, 128)` to an error that leaves the module. Other exceptions pass as they are. */
export function addModulePath(error: unknown, module: Module): void {
  if (!(error instanceof GradkitError)) return;
  const location = located(error, module);
  locations.set(error, location);
  const { message, culprit, root, path } = location;
  const before = error.message;
  error.message = `${message}\n  in ${path === "" ? culprit : `${root.constructor.name}.${path}: ${culprit}`}`;
  if (error.stack) error.stack = error.stack.replace(before, () => error.message);
}
