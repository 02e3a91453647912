// The library as namespaces to look names up in.
import * as autograd from "@gradkit/autograd";
import * as nn from "@gradkit/nn";
import * as functional from "@gradkit/nn/functional";
import * as init from "@gradkit/nn/init";
import * as parametrize from "@gradkit/nn/parametrize";
import * as prune from "@gradkit/nn/prune";
import * as utils from "@gradkit/nn/utils";
import * as optim from "@gradkit/optim";
import * as tensor from "@gradkit/tensor";
import * as linalg from "@gradkit/tensor/linalg";
import * as special from "@gradkit/tensor/special";

export type Namespace = Readonly<Record<string, unknown>>;

export interface Library {
  readonly tensor: Namespace;
  readonly linalg: Namespace;
  readonly special: Namespace;
  readonly functional: Namespace;
  readonly nn: Namespace;
  readonly init: Namespace;
  readonly utils: Namespace;
  readonly parametrize: Namespace;
  readonly prune: Namespace;
  readonly optim: Namespace;
  readonly autograd: typeof autograd;
}

export const library: Library = { tensor, linalg, special, functional, nn, init, utils, parametrize, prune, optim, autograd };
