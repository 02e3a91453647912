// What the gradient of a formula needs and does, worked out once for each formula and set of inputs that require grad.
import { type Derivative, derivative, type Formula, formula as intern } from "@gradkit/tensor/recorder";

/** How an input relates to the output. */
export const roles = { unwanted: 0, alike: 1, converted: 2, broadcast: 3 } as const;
export type Role = (typeof roles)[keyof typeof roles];

/** One kernel: the gradients of several inputs of the output's shape, or of one that is summed to its own. */
export interface PlanStep {
  readonly derivative: Derivative;
  /** inputs[k] gets output k. */
  readonly inputs: readonly number[];
  readonly reduce: boolean;
}

export interface Plan {
  /** Inputs on which the outputs do not depend smoothly (floor): their gradient is zero, as in torch. */
  readonly zeros: readonly number[];
  /** Inputs that get an incoming gradient as it is. */
  readonly passed: readonly { readonly input: number; readonly gradient: number }[];
  readonly steps: readonly PlanStep[];
}

export class MapRule {
  readonly formula: Formula;
  /** Numbers of the inputs and outputs that the gradient reads. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly #plans = new Map<number, Plan>();

  constructor(formula: Formula, wrt: readonly number[]) {
    this.formula = formula;
    const { sources } = derivative(formula, wrt);
    this.inputs = sources.filter(({ kind }) => kind === "input").map(({ index }) => index);
    this.outputs = sources.filter(({ kind }) => kind === "output").map(({ index }) => index);
  }

  /** What to run for inputs in these roles, when these outputs have a gradient. */
  plan(role: readonly Role[], given: readonly boolean[]): Plan {
    let key = 1;
    for (const kind of role) key = 4 * key + kind;
    for (const is of given) key = 2 * key + Number(is);
    let plan = this.#plans.get(key);
    if (!plan || key > Number.MAX_SAFE_INTEGER) {
      plan = makePlan(this.formula, role, given); // of dozens of operands: each time anew, as numbers have no room to tell them apart
      this.#plans.set(key, plan);
    }
    return plan;
  }
}

function makePlan(formula: Formula, role: readonly Role[], given: readonly boolean[]): Plan {
  const zeros: number[] = [];
  const passed: { input: number; gradient: number }[] = [];
  const together: number[] = [];
  const steps: PlanStep[] = [];
  role.forEach((kind, input) => {
    if (kind === roles.unwanted) return;
    const alone = derivative(formula, [input], given);
    const [at] = alone.outputs as [number | null];
    const node = at === null ? null : alone.formula.outputs[at];
    const source = node?.op === "input" ? alone.sources[node.value] : null;
    if (at === null) zeros.push(input);
    else if (kind === roles.alike && source?.kind === "grad") passed.push({ input, gradient: source.index });
    else if (kind === roles.broadcast) steps.push({ derivative: alone, inputs: [input], reduce: true });
    else together.push(input);
  });
  if (together.length > 0) {
    const all = derivative(formula, together, given);
    const outputs = all.outputs.map((at) => all.formula.outputs[at as number] as Formula["outputs"][number]);
    steps.push({
      derivative: { ...all, formula: intern(all.formula.inputs, all.formula.scalars, outputs) },
      inputs: together,
      reduce: false,
    });
  }
  return { zeros, passed, steps };
}

const rules = new WeakMap<Formula, Map<number, MapRule>>();

/** The rule for a formula; bit i of `required` says that input i requires grad. */
export function mapRule(formula: Formula, required: number): MapRule {
  let ofFormula = rules.get(formula);
  if (!ofFormula) {
    ofFormula = new Map();
    rules.set(formula, ofFormula);
  }
  let rule = ofFormula.get(required);
  if (!rule) {
    rule = new MapRule(
      formula,
      formula.inputs.map((_, i) => i).filter((i) => Math.floor(required / 2 ** i) % 2 === 1),
    );
    ofFormula.set(required, rule);
  }
  return rule;
}
