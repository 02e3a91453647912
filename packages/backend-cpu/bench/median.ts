// Times a call: the median of at least five samples, each long enough for the clock.

/** Milliseconds of one call. */
export function medianMs(run: () => void, budgetMs = 200): number {
  run();
  run();
  let started = performance.now();
  run();
  const once = performance.now() - started;
  const repeats = Math.max(1, Math.ceil(0.5 / Math.max(once, 1e-4)));
  const samples: number[] = [];
  const end = performance.now() + budgetMs;
  while (samples.length < 5 || performance.now() < end) {
    started = performance.now();
    for (let i = 0; i < repeats; i++) run();
    samples.push((performance.now() - started) / repeats);
  }
  samples.sort((a, b) => a - b);
  return samples[samples.length >> 1] as number;
}
