// Which op made the first NaN of a backward pass: gradients are looked at as they are made, and ops know where they were recorded.
import { formatShape, GradientError, noGrad, type Shape, type Tensor } from "@gradkit/tensor";
import { callSite, untracked } from "@gradkit/tensor/recorder";
import { type Gradients, type GradNode, gradientWatcher, observeRecording, watchGradients } from "./node.ts";

interface Watched {
  readonly op: string;
  readonly input: number;
  readonly shape: Shape;
  readonly site: string;
  /** Whether there is a NaN: a bool on the device, read when all is done. */
  readonly hasNaN: Tensor;
}

interface Watch {
  readonly seen: Watched[];
  readonly sites: WeakMap<GradNode, string>;
}

/**
 * Runs `fn`, which computes a loss and calls backward, and throws a GradientError when a gradient became NaN: it names the op whose gradient was
 * the first, and where that op was called. For debugging, as torch.autograd.detect_anomaly: every op costs a stack capture, every gradient a
 * pass over it. The gradients are read when `fn` has ended, since reading is asynchronous.
 *
 * @example
 * await detectAnomaly(() => criterion.call(model.call(x), y).backward());
 */
export async function detectAnomaly<T>(fn: () => T | Promise<T>): Promise<T> {
  if (gradientWatcher()) throw new GradientError("detectAnomaly", "it is running already");
  const watch: Watch = { seen: [], sites: new WeakMap() };
  const library = new URL(".", import.meta.url).pathname;
  watchGradients((node, gradients) => look(node, gradients, watch));
  observeRecording((node) => watch.sites.set(node, callSite(library)));
  let result: T;
  try {
    result = await fn();
  } finally {
    watchGradients(null);
    observeRecording(null);
  }
  for (const { op, input, shape, site, hasNaN } of watch.seen) {
    if ((await hasNaN.item()) === 0) continue;
    const where = site === "" ? "It was called outside detectAnomaly" : `It was called\n${site}`;
    throw new GradientError(
      "detectAnomaly",
      `the gradient of ${op} for its input ${input} ${formatShape(shape)} is the first with a NaN. ${where}`,
    );
  }
  return result;
}

/** Notes which gradients of an op's inputs have a NaN. */
function look(node: GradNode, gradients: Gradients, { seen, sites }: Watch): void {
  gradients.forEach((g, input) => {
    if (!g) return;
    const hasNaN = untracked(() => noGrad(() => g.isnan().any()));
    seen.push({ op: node.name, input, shape: g.shape, site: sites.get(node) ?? "", hasNaN });
  });
}
