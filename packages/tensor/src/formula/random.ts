// Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
// Element i of a tensor is a function of (key, i) alone, so every backend and the host draw the same bits, in any order.
import { add, cast, cos, log, lt, mul, type Operand, or, shl, shr, sqrt, xor } from "./build.ts";
import { constant, index, type Node } from "./nodes.ts";

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
const parity = 0x1bd11bda;
const rounds = 20;

const twoPi = 2 * Math.PI;
const unit = 2 ** -24; // a float32 holds 24 bits: each of the 2²⁴ values is exact and equally likely

/** Both words as formulas, from a counter and a key of two uint nodes each. */
export function threefry(counter: readonly [Node, Node], key: readonly [Node, Node]): [Node, Node] {
  const keys: readonly Node[] = [...key, xor(xor(constant(parity, "uint"), key[0]), key[1])];
  const rotate = (x: Node, count: number): Node => or(shl(x, count), shr(x, 32 - count));
  let a = add(counter[0], key[0]);
  let b = add(counter[1], key[1]);
  for (let round = 0; round < rounds; round++) {
    a = add(a, b);
    b = xor(rotate(b, rotations[round % 8] as number), a);
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      a = add(a, keys[injection % 3] as Node);
      b = add(add(b, keys[(injection + 1) % 3] as Node), injection);
    }
  }
  return [a, b];
}

const words = (key0: Node, key1: Node): [Node, Node] => threefry([index, constant(0, "uint")], [key0, key1]);
const fraction = (word: Node): Node => mul(cast(shr(word, 8), "float"), unit);

/** 32 random bits (uint) for the element at `index`; the keys are uint nodes. */
export const randomBits = (key0: Node, key1: Node): Node => words(key0, key1)[0];

/** Uniform in [0, 1): a multiple of 2⁻²⁴, the same on every backend. */
export const uniform = (key0: Node, key1: Node): Node => fraction(randomBits(key0, key1));

/** True with probability p: exact for the p that are multiples of 2⁻²⁴. */
export const bernoulli = (key0: Node, key1: Node, p: Operand): Node => lt(uniform(key0, key1), p);

/** Standard normal, by Box & Muller 1958 from both words; backends agree up to the rounding of log and cos. */
export function normal(key0: Node, key1: Node): Node {
  const [a, b] = words(key0, key1);
  const radius = sqrt(mul(-2, log(add(fraction(a), unit)))); // (0, 1]: the logarithm stays finite
  return mul(radius, cos(mul(twoPi, fraction(b))));
}

/** The host's Threefry: writes both words of counter (c0, c1) under key (k0, k1) to `out`. */
export function hostThreefry(k0: number, k1: number, c0: number, c1: number, out: Uint32Array): void {
  const k2 = parity ^ k0 ^ k1;
  let a = (c0 + k0) | 0;
  let b = (c1 + k1) | 0;
  for (let injection = 1; injection <= rounds / 4; injection++) {
    const first = injection % 2 === 1 ? 0 : 4;
    for (let i = first; i < first + 4; i++) {
      const count = rotations[i] as number;
      a = (a + b) | 0;
      b = ((b << count) | (b >>> (32 - count))) ^ a;
    }
    const turn = injection % 3;
    a = (a + (turn === 0 ? k0 : turn === 1 ? k1 : k2)) | 0;
    b = (b + (turn === 0 ? k1 : turn === 1 ? k2 : k0) + injection) | 0;
  }
  out[0] = a;
  out[1] = b;
}

const scratch = /* @__PURE__ */ new Uint32Array(2);

/** `randomBits` of one element, on the host. */
export function hostRandomBits(key0: number, key1: number, element: number): number {
  hostThreefry(key0, key1, element, 0, scratch);
  return scratch[0] as number;
}

/** `uniform` of one element, on the host. */
export const hostUniform = (key0: number, key1: number, element: number): number => (hostRandomBits(key0, key1, element) >>> 8) * unit;

/** `normal` of one element, on the host in float64. */
export function hostNormal(key0: number, key1: number, element: number): number {
  const first = (hostRandomBits(key0, key1, element) >>> 8) * unit + unit;
  const second = ((scratch[1] as number) >>> 8) * unit;
  return Math.sqrt(-2 * Math.log(first)) * Math.cos(twoPi * second);
}
