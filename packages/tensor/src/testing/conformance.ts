// The suite that every backend must pass: all samples of all ops against the float64 reference, and the promises of the contract itself.
import type { Backend } from "../backend.ts";
import type { DType } from "../dtype.ts";
import { noGrad } from "../grad-mode.ts";
import { scope } from "../lifetime.ts";
import { Tensor } from "../methods.ts";
import { compare } from "./compare.ts";
import { contractCases } from "./contract/cases.ts";
import { reference } from "./reference.ts";
import { allSamples } from "./samples/all.ts";
import { makeInput } from "./samples/make-input.ts";
import type { Sample } from "./samples/sample.ts";

export interface ConformanceCase {
  readonly name: string;
  /** Rejects with an Error that says what differs. */
  run(): Promise<void>;
}

export interface ConformanceOptions {
  readonly backend: Backend;
  /** Cases that are known to fail, by name, with the reason. One that passes is a failure: the list can only shrink. */
  readonly knownFailures?: Readonly<Record<string, string>>;
}

const dtypesOf = ({ inputs }: Sample): DType[] => inputs.map(({ dtype = "float32" }) => dtype);

function outputsOf({ inputs, call }: Sample, device: Backend): { outputs: readonly Tensor[]; done: () => void } {
  return noGrad(() => {
    const given = inputs.map((operand, stream) => makeInput(operand, stream, device));
    const result = scope(() => call(...given));
    const outputs = result instanceof Tensor ? [result] : result;
    const done = (): void => {
      for (const tensor of [...outputs, ...given]) tensor.dispose();
    };
    return { outputs, done };
  });
}

async function runSample(name: string, sample: Sample, backend: Backend, oracle: Backend): Promise<void> {
  const before = backend.memory().liveBytes;
  const expected = outputsOf(sample, oracle);
  const got = outputsOf(sample, backend);
  try {
    if (got.outputs.length !== expected.outputs.length)
      throw new Error(`${name}: ${got.outputs.length} outputs, expected ${expected.outputs.length}`);
    for (const [k, output] of got.outputs.entries()) {
      const what = got.outputs.length === 1 ? name : `${name}, output ${k}`;
      await compare(what, output, expected.outputs[k] as Tensor, sample.tolerance);
    }
  } finally {
    got.done();
    expected.done();
  }
  const leaked = backend.memory().liveBytes - before;
  if (leaked > 0) throw new Error(`${name}: ${leaked} bytes are still live after every tensor was released`);
}

/** Turns a known failure round: it must fail, or it is none. */
function expectFailure({ name, run }: ConformanceCase, reason: string): ConformanceCase {
  return {
    name,
    async run() {
      try {
        await run();
      } catch {
        return;
      }
      throw new Error(`${name} passes, but is listed among the known failures (${reason}). Take it off the list`);
    },
  };
}

/**
 * The conformance suite for a backend, as a list of cases for any test runner. Every op of the tables, in every layout and dtype that the backend
 * has, is compared with the float64 reference; every case also checks that no memory is left behind.
 *
 * @example
 * for (const { name, run } of conformance({ backend: await cpu() })) test(name, run);
 */
export function conformance({ backend, knownFailures = {} }: ConformanceOptions): ConformanceCase[] {
  const oracle = reference();
  const has = (sample: Sample): boolean => dtypesOf(sample).every((dtype) => backend.capabilities.dtypes.has(dtype));
  const cases: ConformanceCase[] = [...contractCases(backend)];
  for (const [op, samples] of Object.entries(allSamples())) {
    for (const sample of samples.filter(has)) {
      const name = `${op}: ${sample.name}`;
      cases.push({ name, run: () => runSample(name, sample, backend, oracle) });
    }
  }
  const names = new Set(cases.map(({ name }) => name));
  if (names.size !== cases.length)
    throw new Error(
      `conformance: two cases are both called ${cases.find(({ name }, i) => cases.findIndex((other) => other.name === name) !== i)?.name}`,
    );
  const unknown = Object.keys(knownFailures).filter((name) => !names.has(name));
  if (unknown.length > 0) throw new Error(`conformance: no such cases among the known failures: ${unknown.join("; ")}`);
  return cases.map((item) => {
    const reason = knownFailures[item.name];
    return reason === undefined ? item : expectFailure(item, reason);
  });
}
