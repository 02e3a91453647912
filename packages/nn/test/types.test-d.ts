// What the compiler must and must not accept: checked by `tsc`, never run.
import type { Tensor } from "@gradkit/tensor";
import {
  Conv2d, CrossEntropyLoss, Flatten, GRU, Linear, LSTM, MaxPool2d, Module, ModuleDict, ModuleList, MultiheadAttention, PackedSequence, ReLU, Sequential,
} from "../src/index.ts"; // biome-ignore format: a list

declare const x: Tensor;

class Net extends Module {
  body = new Sequential(new Conv2d(1, 2, 3), new Flatten());
  list = new ModuleList([new Linear(1, 2)]);
  forward({ a, b }: { a: Tensor; b: Tensor }): [Tensor, number] {
    for (const layer of this.list) layer.call(a);
    return [this.body.call(b), 1];
  }
}

const layers = new Sequential(new Linear(1, 2), new ReLU(), new Linear(2, 3));
const named = new Sequential(["a", new Linear(1, 2)], ["b", new ReLU()]);
const anyNumber: Sequential = new Sequential(...[new Linear(1, 2), new ReLU()]);
const net = new Net();
const values: Tensor[] = [layers.call(x), named.call(x), anyNumber.call(x), new MaxPool2d(2).call(x), net.call({ a: x, b: x })[0]];
const pooled: { values: Tensor; indices: Tensor } = new MaxPool2d(2, { returnIndices: true }).call(x);
const upcast: readonly Module[] = [net, layers, new CrossEntropyLoss({ weight: x })];
net.registerForwardHook((module) => module.list.length);
const dict = new ModuleDict({ body: layers, list: net.list });
const [output, [h, c]]: [Tensor, readonly [Tensor, Tensor]] = new LSTM(1, 2).call(x, [x, x]);
const [packed, last]: [PackedSequence, Tensor] = new GRU(1, 2).callPacked(new PackedSequence(x, [1]));
const [attended, weights]: [Tensor, Tensor | null] = new MultiheadAttention(4, 2).call(x, x, x, { needWeights: false });
void [values, pooled, upcast, dict.get("body").call(x).relu(), dict.get("list").length, output, h, c, packed, last, attended, weights];

// @ts-expect-error a number is no tensor
layers.call(3);
// @ts-expect-error forward takes an object
net.call(x);
// @ts-expect-error with indices, the result is no tensor
new MaxPool2d(2, { returnIndices: true }).call(x).relu();
// @ts-expect-error the state of an LSTM is a pair
new LSTM(1, 2).call(x, x);
// @ts-expect-error there is no module of this name
dict.get("head");
