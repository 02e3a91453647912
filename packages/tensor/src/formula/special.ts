// Special functions in float64, for evaluation: erf, erfc and log Γ.

const erfTerms = 20; // the first omitted term is below 1e-20 at |x| = 1

/** erf(x) = 2/√π · Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)) — Abramowitz & Stegun 7.1.5; used for |x| ≤ 1, where hardly anything cancels. */
const erfSeries = (x: number): number => {
  const square = x * x;
  let power = x;
  const terms: number[] = [];
  for (let n = 0; n <= erfTerms; n++) {
    terms.push(power / (2 * n + 1));
    power *= -square / (n + 1);
  }
  let sum = 0;
  for (let n = erfTerms; n >= 0; n--) sum += terms[n] as number; // smallest first
  return (2 / Math.sqrt(Math.PI)) * sum;
};

/** exp(−x²) without the rounding of x²: the head of x has 24 bits, so its square is exact. */
const expMinusSquare = (x: number): number => {
  const head = Math.fround(x);
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head));
};

const step = 0.5; // the rule's error is exp(−π²/step²) = 7e-18
const weights = /* @__PURE__ */ Array.from({ length: 13 }, (_, i) => Math.exp(-(((i + 1) * step) ** 2)));

/** The trapezoidal rule on erfc(x) = 2x·exp(−x²)/π · ∫₀^∞ exp(−t²)/(t² + x²) dt, its pole corrected for — Chiarella & Reichel 1968. For x ≥ 0.5. */
const erfcTrapezoid = (x: number): number => {
  const square = x * x;
  let sum = 0;
  for (let n = weights.length; n >= 1; n--) sum += (weights[n - 1] as number) / (square + (n * step) ** 2);
  const integral = ((step * x) / Math.PI) * expMinusSquare(x) * (1 / square + 2 * sum);
  return x < Math.PI / step ? integral - 2 / Math.expm1((2 * Math.PI * x) / step) : integral;
};

/** The error function, to 1e-15 relative. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (!(size > 1)) return x === 0 ? x : erfSeries(x);
  return size > 6 ? Math.sign(x) : Math.sign(x) * (1 - erfcTrapezoid(size)); // 1 − erf(6) = 2e-17
}

/** 1 − erf(x), to 1e-15 relative in the right tail as well. */
export function erfc(x: number): number {
  if (!(x > 0.5)) return 1 - erf(x);
  return x > 28 ? 0 : erfcTrapezoid(x); // underflows at 27.3
}

const eulerGamma = 0.5772156649015329;
/** ζ(k) − 1 for k = 2, 3, … — Abramowitz & Stegun, table 23.3. */
// biome-ignore format: a table
const zetaMinusOne = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
  0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-5, 3.058823630702049e-5, 1.528225940865187e-5,
  7.637197637899763e-6, 3.81729326499984e-6, 1.908212716553939e-6, 9.539620338727962e-7, 4.769329867878064e-7,
  2.38450502727733e-7, 1.1921992596531106e-7, 5.960818905125948e-8, 2.980350351465228e-8, 1.490155482836504e-8,
  7.45071178983543e-9, 3.725334024788457e-9, 1.862659723513049e-9, 9.313274324196682e-10, 4.656629065033784e-10,
];

/** log Γ(2 + s) = (1 − γ)s + Σ (ζ(k) − 1)(−s)ᵏ/k for |s| ≤ ½ — Abramowitz & Stegun 6.1.33. */
const logGammaNearTwo = (s: number): number => {
  let sum = 0;
  for (let i = zetaMinusOne.length - 1; i >= 0; i--) sum = (zetaMinusOne[i] as number) / (i + 2) - s * sum;
  return s * (1 - eulerGamma + s * sum);
};

/** Bernoulli numbers: B₂ₖ/(2k(2k − 1)). */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];

/** Stirling's series, for x ≥ 10 — Abramowitz & Stegun 6.1.41. */
const logGammaLarge = (x: number): number => {
  const square = 1 / (x * x);
  let sum = 0;
  for (let k = stirling.length - 1; k >= 0; k--) sum = (stirling[k] as number) + square * sum;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + sum / x;
};

/** sin(πx), exactly zero at whole numbers. */
const sinPi = (x: number): number => {
  const wrapped = Math.abs(x) % 2;
  const turn = wrapped > 1 ? wrapped - 2 : wrapped;
  const half = Math.abs(turn) > 0.5 ? Math.sign(turn) - turn : turn;
  return Math.sign(x) * Math.sin(Math.PI * half);
};

/** log |Γ(x)|, to 1e-14 relative (absolute near its zeros on the negative axis); ∞ at 0, −1, −2, … */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x)) return Infinity;
  if (x <= 0) {
    if (Number.isInteger(x)) return Infinity;
    return Math.log(Math.PI / Math.abs(x * sinPi(x))) - lgamma(-x);
  }
  if (x >= 10) return x > 1e300 ? x * (Math.log(x) - 1) : logGammaLarge(x);
  if (x < 0.5) return lgamma(x + 1) - Math.log(x);
  if (x < 1.5) return logGammaNearTwo(x - 1) - Math.log1p(x - 1); // Γ(x) = Γ(x + 1)/x
  let product = 1;
  let s = x;
  while (s > 2.5) {
    s -= 1;
    product *= s;
  }
  return logGammaNearTwo(s - 2) + Math.log(product);
}
