// Milliseconds of a training step on sequences: node --conditions=@gradkit/source bench/sequence-steps.ts
import { cpu } from "@gradkit/backend-cpu";
import { setDefaultDevice } from "@gradkit/tensor";
import { lstmStep, type Step, transformerStep } from "./sequence-models.ts";

/** The fastest and the median of `rounds` steps; the first ones compile kernels and fill pools. */
async function time(step: Step, rounds: number): Promise<{ min: number; median: number; loss: number }> {
  const loss = await step().item();
  for (let i = 0; i < 5; i++) await step().item();
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const started = performance.now();
    await step().item();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return { min: times[0] as number, median: times[rounds >> 1] as number, loss };
}

setDefaultDevice(await cpu());
for (const [name, make] of Object.entries({ lstm: lstmStep, transformer: transformerStep })) {
  const { min, median, loss } = await time(make(), 40);
  console.log(name.padEnd(12), `min ${min.toFixed(1)}`, `median ${median.toFixed(1)} ms`, `first loss ${loss.toFixed(6)}`);
}
