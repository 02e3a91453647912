// A program as a user writes it — no dispose, no scope, no keep —, whose memory must stay bounded and whose tensors must stay alive.
import { CrossEntropyLoss, Linear, ReLU, Sequential } from "@gradkit/nn";
import { randint, randn, type Tensor } from "@gradkit/tensor";

export interface Program {
  step(i: number): void | Promise<void>;
  /** Throws when something that the program holds is not what it was. */
  check?(): void | Promise<void>;
}

export interface Scenario {
  readonly name: string;
  /** In the table of docs/memory.md. */
  readonly steps: number;
  /** In tests: under a budget that a single forgotten activation a step would break. */
  readonly testSteps: number;
  /** Bytes that tests allow. */
  readonly budget: number;
  start(): Program | Promise<Program>;
}

export const megabyte: number = 2 ** 20;

export const batch = (size: number, features: number): [x: Tensor, y: Tensor] => [randn([size, features]), randint(0, 10, [size])];

export const mlp = (features: number, hidden: number): Sequential =>
  new Sequential(new Linear(features, hidden), new ReLU(), new Linear(hidden, 10));

export const crossEntropy: CrossEntropyLoss = new CrossEntropyLoss();

/** Throws unless the tensor still holds the values it was made with. */
export function expectValues(what: string, x: Tensor, values: ArrayLike<number>): void {
  const now = x.dataSync();
  for (let i = 0; i < values.length; i++)
    if (now[i] !== values[i]) throw new Error(`${what}: element ${i} is ${now[i]}, it was ${values[i]}`);
}

/** A list of the latest `count` items. */
export function pushLatest<T>(list: T[], item: T, count: number): void {
  list.push(item);
  if (list.length > count) list.shift();
}
