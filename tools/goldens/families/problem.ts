// The minimisation problems of LBFGS cases, written as formulas such as `x => sum(log(cosh(x-0.5))) + 0.1*sum(x**2)`: read into functions of tensors.
import { type Tensor, tensor } from "@gradkit/tensor";
import { Inexpressible } from "../outcome.ts";

type Value = Tensor | number;
type Term = (x: Tensor) => Value;
type Elementwise = "add" | "sub" | "mul" | "div" | "pow";

function apply(name: Elementwise, a: Value, b: Value): Value {
  const left = typeof a === "number" ? tensor(a) : a;
  return left[name](b);
}

const functions = new Set(["sum", "mean", "abs", "exp", "log", "sqrt", "sin", "cos", "tanh", "cosh", "square"]);
const additive: Readonly<Record<string, Elementwise>> = { "+": "add", "-": "sub" };
const multiplicative: Readonly<Record<string, Elementwise>> = { "*": "mul", "/": "div" };

/** A recursive-descent reader of + - * / ** , calls, x[i] and x[a:b], in Python's precedence. */
class Reader {
  readonly #tokens: string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(/\*\*|[a-zA-Z_]\w*|\d+\.?\d*(?:e[+-]?\d+)?|\S/g) ?? [];
  }

  read(): Term {
    const term = this.#sum();
    if (this.#at < this.#tokens.length) this.#fail();
    return term;
  }

  #fail(): never {
    throw new Inexpressible(`cannot read the problem at "${this.#tokens.slice(this.#at).join(" ")}"`);
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) this.#fail();
  }

  #chain(table: Readonly<Record<string, Elementwise>>, next: () => Term): Term {
    let left = next();
    for (;;) {
      const name = table[this.#tokens[this.#at] ?? ""];
      if (!name) return left;
      this.#at++;
      const [a, b] = [left, next()];
      left = (x) => apply(name, a(x), b(x));
    }
  }

  #sum(): Term {
    return this.#chain(additive, () => this.#chain(multiplicative, () => this.#unary()));
  }

  #unary(): Term {
    if (!this.#take("-")) return this.#power();
    const operand = this.#unary();
    return (x) => apply("mul", operand(x), -1);
  }

  #power(): Term {
    const base = this.#subscript();
    if (!this.#take("**")) return base;
    const exponent = this.#unary();
    return (x) => apply("pow", base(x), exponent(x));
  }

  #subscript(): Term {
    const whole = this.#atom();
    if (!this.#take("[")) return whole;
    const start = this.#tokens.indexOf("]", this.#at);
    if (start < 0) this.#fail();
    const index = this.#tokens.slice(this.#at, start).join("");
    this.#at = start + 1;
    const [from, to] = index.split(":");
    if (to === undefined) return (x) => (whole(x) as Tensor).select(0, Number(index));
    return (x) => (whole(x) as Tensor).slice(0, from === "" ? null : Number(from), to === "" ? null : Number(to));
  }

  #atom(): Term {
    const token = this.#tokens[this.#at++] ?? this.#fail();
    if (/^\d/.test(token)) return () => Number(token);
    if (token === "x") return (x) => x;
    if (token === "(") return this.#closed();
    if (!functions.has(token)) this.#fail();
    this.#expect("(");
    const argument = this.#closed();
    return (x) => (argument(x) as unknown as Record<string, () => Tensor>)[token]?.() as Tensor;
  }

  #closed(): Term {
    const inner = this.#sum();
    this.#expect(")");
    return inner;
  }
}

export function parseProblem(text: string): (x: Tensor) => Tensor {
  const body = /^x\s*=>\s*(.*)$/s.exec(text)?.[1];
  if (body === undefined) throw new Inexpressible(`cannot read the problem ${text}`);
  return new Reader(body).read() as (x: Tensor) => Tensor;
}
