// Initialisation: distributions by their moments, exact fills, gains, the defaults of layers, and dropout's statistics.
import { ones, type Tensor, zeros } from "@gradkit/tensor";
import { compareNumber, compareValue, type Tolerance } from "../compare.ts";
import { layoutCall } from "../layout.ts";
import { construct } from "../modules.ts";
import { findFunction } from "../names.ts";
import { Inexpressible, Mismatch } from "../outcome.ts";
import type { Case } from "../reader.ts";
import { type Args, decode, decodeArgs, type TensorValue } from "../values.ts";
import type { Context, Family } from "./context.ts";

interface FillCase extends Case {
  readonly init: string;
  readonly shape: readonly number[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

interface Distribution {
  readonly dist: string;
  readonly mean?: number;
  readonly std?: number;
  readonly low?: number;
  readonly high?: number;
  readonly value?: number;
}

interface DistributionCase extends FillCase, Distribution {
  readonly kind: "distribution";
}

interface OrthogonalCase extends FillCase {
  readonly kind: "orthogonal";
  readonly gainSquared: number;
}

interface SparseCase extends FillCase {
  readonly kind: "sparse";
  readonly zerosPerColumn: number;
}

interface ExactCase extends FillCase {
  readonly kind: "exact";
  readonly expected: TensorValue;
}

interface GainCase extends Case {
  readonly kind: "gain";
  readonly nonlinearity: string;
  readonly param: unknown;
  readonly expected: number;
  readonly tol: Tolerance;
}

interface DefaultCase extends Case {
  readonly kind: "default";
  readonly module: string;
  readonly ctor: Args;
  readonly params: Readonly<Record<string, Distribution & { readonly shape: readonly number[] }>>;
}

interface DropoutCase extends Case {
  readonly kind: "dropoutStat";
  readonly module: string;
  readonly p: number;
  readonly shape: readonly number[];
  readonly unit: string;
  readonly units: number;
  readonly keptScale: number;
}

type InitCase = DistributionCase | OrthogonalCase | SparseCase | ExactCase | GainCase | DefaultCase | DropoutCase;

/** Five standard errors: one case in a million fails by chance. */
const SIGMAS = 5;

async function filled({ init, shape, kwargs }: FillCase, { library }: Context): Promise<Tensor> {
  const x = zeros(shape);
  const op = `nn.init.${init}`;
  await findFunction(op, library)(...layoutCall(op, { args: [x], kwargs: decode(kwargs, library) as Record<string, unknown> }));
  return x;
}

/** Bounds for every value; mean and spread within what chance explains. */
async function checkDistribution(x: Tensor, { dist, low, high, mean, std, value }: Distribution, what: string): Promise<void> {
  const data = Array.from(await x.data());
  if (dist === "constant") {
    for (const got of data) compareNumber(got, value as number, { rtol: 0, atol: 0 }, what);
    return;
  }
  const n = data.length;
  const uniform = dist === "uniform" && low !== undefined && high !== undefined;
  const center = mean ?? (uniform ? (low + high) / 2 : 0);
  const spread = std ?? (uniform ? (high - low) / Math.sqrt(12) : 1);
  if (low !== undefined && high !== undefined) {
    const rounding = 1e-6 * Math.max(Math.abs(low), Math.abs(high));
    const outside = data.find((got) => got < low - rounding || got > high + rounding);
    if (outside !== undefined) throw new Mismatch(`${what}: ${outside} lies outside [${low}, ${high}]`);
  }
  if (n < 2) return;
  const sampleMean = data.reduce((sum, got) => sum + got, 0) / n;
  const sampleStd = Math.sqrt(data.reduce((sum, got) => sum + (got - sampleMean) ** 2, 0) / (n - 1));
  compareNumber(sampleMean, center, { rtol: 0, atol: (SIGMAS * spread) / Math.sqrt(n) }, `${what}: mean of ${n} values`);
  compareNumber(sampleStd / spread, 1, { rtol: 0, atol: SIGMAS / Math.sqrt(n) }, `${what}: relative spread of ${n} values`);
}

/** The shorter side's rows (or columns) are orthogonal, each of length gain. */
async function checkOrthogonal(golden: OrthogonalCase, context: Context): Promise<void> {
  const w = (await filled(golden, context)).reshape(golden.shape[0] as number, -1);
  const [rows, columns] = w.shape as [number, number];
  const product = rows <= columns ? w.matmul(w.t()) : w.t().matmul(w);
  const size = Math.min(rows, columns);
  const data = await product.data();
  for (let i = 0; i < size * size; i++) {
    const expected = i % (size + 1) === 0 ? golden.gainSquared : 0;
    compareNumber(data[i] as number, expected, { rtol: 0, atol: 1e-4 }, `W·Wᵀ[${Math.floor(i / size)}, ${i % size}]`);
  }
}

async function checkSparse(golden: SparseCase, context: Context): Promise<void> {
  const data = await (await filled(golden, context)).data();
  const [rows, columns] = golden.shape as [number, number];
  for (let column = 0; column < columns; column++) {
    let empty = 0;
    for (let r = 0; r < rows; r++) if (data[r * columns + column] === 0) empty++;
    if (empty !== golden.zerosPerColumn) throw new Mismatch(`column ${column} has ${empty} zeros, expected ${golden.zerosPerColumn}`);
  }
}

function checkGain({ nonlinearity, param, expected, tol }: GainCase, { library }: Context): void {
  const op = "nn.init.calculate_gain";
  const kwargs: Record<string, unknown> = param === null ? {} : { param };
  compareNumber(Number(findFunction(op, library)(...layoutCall(op, { args: [nonlinearity], kwargs }))), expected, tol, "gain");
}

async function checkDefault({ module, ctor, params }: DefaultCase, { library }: Context): Promise<void> {
  const parameters = new Map(construct(module, decodeArgs(ctor, library), library).namedParameters());
  for (const [name, { shape, ...distribution }] of Object.entries(params)) {
    const parameter = parameters.get(name);
    if (!parameter) throw new Mismatch(`no parameter ${name}`);
    if (parameter.shape.join() !== shape.join()) throw new Mismatch(`${name}: got shape [${parameter.shape}], expected [${shape}]`);
    await checkDistribution(parameter, distribution, name);
  }
}

async function checkDropout({ module, p, shape, unit, units, keptScale }: DropoutCase, { library }: Context): Promise<void> {
  const layer = construct(module, { args: [p], kwargs: {} }, library);
  layer.train(true);
  const x = ones(shape).requiresGrad_();
  const y = layer.call(x) as Tensor;
  const data = await y.data();
  const size = unit === "element" ? 1 : data.length / units;
  let dropped = 0;
  for (let u = 0; u < units; u++) {
    const first = data[u * size] as number;
    if (first === 0) dropped++;
    else compareNumber(first, keptScale, { rtol: 1e-6, atol: 0 }, `kept value ${u * size}`);
    for (let i = 1; i < size; i++) if (data[u * size + i] !== first) throw new Mismatch(`unit ${u} is only partly dropped`);
  }
  compareNumber(dropped / units, p, { rtol: 0, atol: SIGMAS * Math.sqrt((p * (1 - p)) / units) }, `dropped share of ${units} units`);
  y.sum().backward();
  const gradient = await (x.grad as Tensor).data();
  for (const [i, got] of gradient.entries()) compareNumber(got, data[i] as number, { rtol: 1e-6, atol: 0 }, `gradient ${i}`);
}

export const init: Family<InitCase> = async (golden, context) => {
  if (golden.kind === "distribution") await checkDistribution(await filled(golden, context), golden, golden.init);
  else if (golden.kind === "orthogonal") await checkOrthogonal(golden, context);
  else if (golden.kind === "sparse") await checkSparse(golden, context);
  else if (golden.kind === "exact") await compareValue(await filled(golden, context), golden.expected, { rtol: 0, atol: 0 }, golden.init);
  else if (golden.kind === "gain") checkGain(golden, context);
  else if (golden.kind === "default") await checkDefault(golden, context);
  else if (golden.kind === "dropoutStat") await checkDropout(golden, context);
  else throw new Inexpressible(`no init case of kind ${(golden as { kind: string }).kind}`);
};
