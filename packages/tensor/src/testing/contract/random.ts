// The same key must give the same numbers on every device and on the host: bit for bit, but for the rounding of log and cos in normals.
import type { Backend } from "../../backend.ts";
import { cast } from "../../formula/build.ts";
import { formula, type Node, scalar } from "../../formula/nodes.ts";
import { bernoulli, hostNormal, hostRandomBits, hostUniform, normal, randomBits, uniform } from "../../formula/random.ts";
import { near } from "../compare.ts";
import type { ConformanceCase } from "../conformance.ts";
import { cancelling } from "../samples/tolerance.ts";
import { download, expectEqual, fresh, owning } from "./device.ts";

const key = [0xdead_beef, 42] as const;
const shape = [3, 7, 13];
const count = 3 * 7 * 13;
const keys: [Node, Node] = [scalar(0, "uint"), scalar(1, "uint")];
const positions = Array.from({ length: count }, (_, i) => i);

async function drawn(backend: Backend, node: Node, dtype: "float32" | "int32" | "bool"): Promise<number[]> {
  return owning(backend, async (own) => {
    const out = own(fresh(backend, shape, dtype));
    backend.map(formula([], ["uint", "uint"], [node]), [], key, [out]);
    return Array.from(await download(backend, out));
  });
}

async function normals(backend: Backend): Promise<void> {
  const got = await drawn(backend, normal(...keys), "float32");
  const tolerance = cancelling(6, 4, "the rounding of log and cos");
  positions.forEach((i) => {
    const expected = hostNormal(...key, i);
    if (!near(got[i] as number, expected, tolerance)) throw new Error(`element ${i} is ${got[i]}, expected ${expected}`);
  });
}

const third = Math.fround(1 / 3);

export const randomCases = (backend: Backend): ConformanceCase[] => [
  {
    name: "contract: random bits equal the host's",
    run: async () =>
      expectEqual(
        "bits",
        await drawn(backend, cast(randomBits(...keys), "int"), "int32"),
        positions.map((i) => hostRandomBits(...key, i) | 0),
      ),
  },
  {
    name: "contract: uniform numbers equal the host's",
    run: async () =>
      expectEqual(
        "uniform",
        await drawn(backend, uniform(...keys), "float32"),
        positions.map((i) => hostUniform(...key, i)),
      ),
  },
  {
    name: "contract: a mask equals the host's",
    run: async () =>
      expectEqual(
        "mask",
        await drawn(backend, bernoulli(...keys, third), "bool"),
        positions.map((i) => (hostUniform(...key, i) < third ? 1 : 0)),
      ),
  },
  { name: "contract: normal numbers are near the host's", run: () => normals(backend) },
];
