// What the sample tables say of every op: where it runs, in which dtypes, and how often it can be differentiated.
import { grad } from "@gradkit/autograd";
import {
  type Backend, type DType, GradientError, isFloat, noGrad, randnLike, scope, Tensor, UnsupportedError, zerosLike,
} from "@gradkit/tensor"; // biome-ignore format: a list
import { allSamples, makeInput, reference, type Sample } from "@gradkit/tensor/testing";

/** How often an op can be differentiated: not at all, once, twice; null where it takes no floats. */
export type Order = 0 | 1 | 2 | null;

/** A backend; or, where it may lack its hardware, what its own conformance suite runs on: the samples in these dtypes. */
export type Place = Backend | Pick<Backend["capabilities"], "dtypes" | "syncRead">;

export interface OpSupport {
  readonly op: string;
  /** By backend. */
  readonly dtypes: Readonly<Record<string, readonly DType[]>>;
  readonly order: Order;
}

const order: readonly DType[] = ["float64", "float32", "float16", "int32", "uint8", "bool"];

const dtypesOf = ({ inputs }: Sample): DType[] => inputs.map(({ dtype = "float32" }) => dtype);

/** The dtype that a sample shows: its first input's. */
const shownBy = (sample: Sample): DType | undefined => dtypesOf(sample)[0];

/** "No" is an answer; any other error is a fault of the sample or the op, and is to be seen. */
function orRefused<T>(fn: () => T, refused: T): T {
  try {
    return fn();
  } catch (error) {
    if (error instanceof GradientError || error instanceof UnsupportedError) return refused;
    throw error;
  }
}

function runs(sample: Sample, device: Backend): boolean {
  const run = (): void => void sample.call(...sample.inputs.map((operand, stream) => makeInput(operand, stream, device)));
  return orRefused(() => {
    noGrad(() => scope(run));
    return true;
  }, false);
}

function dtypesOn(op: string, samples: readonly Sample[], place: Place): DType[] {
  const { dtypes, syncRead } = "capabilities" in place ? place.capabilities : place;
  if (op === "transfer" && !syncRead) return []; // between devices: the source is read at once
  const inReach = samples.filter((sample) => dtypesOf(sample).every((dtype) => dtypes.has(dtype)));
  const works = (sample: Sample): boolean => !("capabilities" in place) || runs(sample, place);
  return order.filter((dtype) => inReach.some((sample) => shownBy(sample) === dtype && works(sample)));
}

/** Float outputs that a gradient reaches. */
const differentiable = (results: Tensor | readonly Tensor[]): Tensor[] =>
  (results instanceof Tensor ? [results] : [...results]).filter((output) => output.requiresGrad && isFloat(output.dtype));

/** Derivatives of one call, the second by the inputs and by the incoming gradient. */
export function orderOf(call: (...leaves: Tensor[]) => Tensor | readonly Tensor[], leaves: readonly Tensor[]): Order {
  const wanted = leaves.filter((leaf) => leaf.requiresGrad);
  if (wanted.length === 0) return null;
  const outputs = orRefused(() => differentiable(call(...leaves)), []);
  if (outputs.length === 0) return 0;
  const cotangents = outputs.map((output) => randnLike(output).requiresGrad_());
  const first = orRefused(() => grad(outputs, wanted, { gradOutputs: cotangents, createGraph: true, allowUnused: true }), null);
  if (!first) return 0;
  const recorded = differentiable(first.map((gradient, i) => gradient ?? zerosLike(wanted[i] as Tensor)));
  if (recorded.length === 0) return 1;
  const second = { gradOutputs: recorded.map((g) => randnLike(g)), allowUnused: true } as const;
  return orRefused(() => grad(recorded, [...wanted, ...cotangents], second), null) ? 2 : 1;
}

function orderOfSamples(samples: readonly Sample[], device: Backend): Order {
  const candidates = samples.filter((sample) => dtypesOf(sample).some(isFloat));
  const [sample = candidates[0]] = candidates.filter(({ kinks, inputs }) => !kinks && inputs.every(({ shape }) => !shape.includes(0)));
  if (!sample) return null;
  const leaves = sample.inputs.map((operand, stream) => makeInput(operand, stream, device));
  for (const leaf of leaves) if (isFloat(leaf.dtype)) leaf.requiresGrad_();
  const copied = (...given: Tensor[]) => sample.call(...given.map((input) => (input.requiresGrad ? input.clone() : input)));
  return orderOf(copied, leaves);
}

/** Every op of the tables in the given places. */
export function opSupport(places: Readonly<Record<string, Place>>): OpSupport[] {
  const oracle = reference();
  return Object.entries(allSamples())
    .map(([op, samples]) => ({
      op,
      dtypes: Object.fromEntries(Object.entries(places).map(([name, place]) => [name, dtypesOn(op, samples, place)])),
      order: orderOfSamples(samples, oracle),
    }))
    .sort((a, b) => (a.op < b.op ? -1 : 1));
}
