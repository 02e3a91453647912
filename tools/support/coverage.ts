// PyTorch's own lists of names (pytorch-names.txt, made by pytorch-names.py) against the names of the library.
import { readFileSync } from "node:fs";
import { zeros } from "@gradkit/tensor";
import type { Library, Namespace } from "../goldens/library.ts";
import { camelCase } from "../goldens/names.ts";

export interface Coverage {
  /** PyTorch's: "torch.linalg". */
  readonly namespace: string;
  readonly present: number;
  readonly missing: readonly string[];
}

/** What goes by another name here. */
const renamed: Readonly<Record<string, string>> = {
  Buffer: "BufferTensor",
  dim: "ndim",
  ndimension: "ndim",
  nelement: "numel",
  size: "shape",
};

/** Where to look for the names of one of PyTorch's namespaces: the first, PyTorch's own, down to what a tensor has. */
function placesOf({ tensor, linalg, special, functional, nn, init, utils, parametrize, prune, optim, autograd }: Library) {
  const ofTensors = [tensor, zeros([1]) as unknown as Namespace, functional, autograd];
  return {
    torch: ofTensors,
    "torch.Tensor": ofTensors,
    "torch.linalg": [linalg],
    "torch.special": [special],
    "torch.nn": [nn],
    "torch.nn.functional": [functional],
    "torch.nn.init": [init],
    "torch.nn.utils": [utils, nn, optim],
    "torch.nn.utils.parametrizations": [parametrize],
    "torch.nn.utils.parametrize": [parametrize],
    "torch.nn.utils.prune": [prune],
    "torch.nn.utils.rnn": [nn],
    "torch.optim": [optim],
    "torch.optim.lr_scheduler": [optim],
    "torch.optim.swa_utils": [optim],
  } as Readonly<Record<string, readonly Namespace[]>>;
}

/** The lists by namespace: "torch.linalg:" and its names, a line each. */
function lists(): [namespace: string, names: string[]][] {
  const [, ...blocks] = readFileSync(`${import.meta.dirname}/pytorch-names.txt`, "utf8")
    .trim()
    .split("\n\n");
  return blocks.map((block) => {
    const [title, ...names] = block.split("\n") as [string, ...string[]];
    return [title.slice(0, -1), names];
  });
}

export function coverage(library: Library): Coverage[] {
  const places = placesOf(library);
  return lists().map(([namespace, names]) => {
    const among = places[namespace];
    if (!among) throw new Error(`pytorch-names.txt has a namespace that coverage.ts does not: ${namespace}`);
    const missing = names.filter((name) => !among.some((place) => (renamed[name] ?? camelCase(name)) in place));
    return { namespace, present: names.length - missing.length, missing };
  });
}
