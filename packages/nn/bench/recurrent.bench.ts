// A direction of a recurrent layer, forward and backward, as one op and composed of steps: node --conditions=@gradkit/source bench/recurrent.bench.ts
import { grad } from "@gradkit/autograd";
import { cpu } from "@gradkit/backend-cpu";
import { randn, setDefaultDevice, type Tensor } from "@gradkit/tensor";
import { type CellKind, gruCell, lstmCell, rnnCell } from "../src/functional/cell-kinds.ts";
import { composeDirection } from "../src/functional/recurrent.ts";
import { runDirection } from "../src/functional/recurrent-direction.ts";

setDefaultDevice(await cpu());

const leaf = (...shape: number[]): Tensor => randn(shape).mul(0.1).detach().requiresGrad_();

/** Milliseconds of the fastest of interleaved runs: fused, composed. */
async function compare(kind: CellKind, steps: number, batch: number, inSize: number, size: number): Promise<[number, number]> {
  const x = randn([steps * batch, inSize]);
  const initial = Array.from({ length: kind.states }, () => randn([batch, size]));
  const gates = kind.gates * size;
  const weights = { ih: leaf(gates, inSize), hh: leaf(gates, size), biasIh: leaf(gates), biasHh: leaf(gates), hr: null };
  const leaves = [weights.ih, weights.hh, weights.biasIh, weights.biasHh];
  const batchSizes = new Array<number>(steps).fill(batch);
  const best: [number, number] = [Infinity, Infinity];
  for (let round = 0; round < 20; round++) {
    for (const [k, direction] of [runDirection, composeDirection].entries()) {
      const started = performance.now();
      const loss = direction(kind, x, batchSizes, initial, weights, false).outputs.sum();
      for (const gradient of grad(loss, leaves)) gradient.dispose();
      best[k] = Math.min(best[k] as number, performance.now() - started);
    }
    await new Promise(setImmediate); // what was dropped is collected here
  }
  return best;
}

for (const kind of [lstmCell, gruCell, rnnCell("RNN", "tanh")])
  for (const [steps, batch, inSize, size] of [
    [32, 32, 128, 256],
    [64, 8, 32, 64],
    [32, 1, 8, 8],
  ] as const) {
    const [fused, composed] = await compare(kind, steps, batch, inSize, size);
    const shape = `T ${steps}, N ${batch}, ${inSize} → ${size}`;
    console.log(
      kind.name.padEnd(5),
      shape.padEnd(24),
      `${fused.toFixed(3)} ms, composed ${composed.toFixed(3)} ms (${(composed / fused).toFixed(2)}×)`,
    );
  }
