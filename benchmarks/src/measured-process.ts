// The run's end of the conversation with one measured process.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Contestant } from "./contestants.ts";
import { ANSWER, type Answer, type Prepared, type Ready, type Request, type Slice } from "./protocol.ts";

const TIMEOUT_MS = 90_000; // a compiler that takes longer has lost anyway
const LAST_WORDS = 2000; // characters

export class MeasuredProcess {
  readonly contestant: Contestant;
  #child: ChildProcess;
  #waiting: ((answer: object) => void) | null = null;
  #complaints = "";
  /** Its first line, or why there is none. */
  readonly ready: Promise<Answer<Ready>>;

  constructor(contestant: Contestant) {
    this.contestant = contestant;
    const [program, ...args] = contestant.command;
    this.#child = spawn(program, args, { env: { ...process.env, ...contestant.env }, stdio: ["pipe", "pipe", "pipe"] });
    this.ready = this.#answer<Ready>();
    this.#child.on("error", (error) => this.#settle({ error: error.message }));
    this.#child.on("close", () => this.#settle({ error: this.#lastWords() }));
    this.#child.stdin?.on("error", () => {}); // a process that has died: "close" tells
    this.#child.stderr?.on("data", (text) => {
      this.#complaints = `${this.#complaints}${text}`.slice(-LAST_WORDS);
    });
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      if (line.startsWith(ANSWER)) this.#settle(JSON.parse(line.slice(ANSWER.length)) as object);
    });
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  prepare(request: Omit<Extract<Request, { ask: "prepare" }>, "ask">): Promise<Answer<Prepared>> {
    return this.#ask({ ask: "prepare", ...request });
  }

  time(ms: number): Promise<Answer<Slice>> {
    return this.#ask({ ask: "time", ms });
  }

  /** Ends it, politely. */
  async stop(): Promise<void> {
    if (!this.alive) return;
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#send({ ask: "exit" });
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), 2000);
    await closed;
    clearTimeout(kill);
  }

  #send(request: Request): void {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
  }

  async #ask<Result>(request: Request): Promise<Answer<Result>> {
    if (!this.alive) return { error: this.#lastWords() };
    const answer = this.#answer<Result>();
    this.#send(request);
    return answer;
  }

  #answer<Result>(): Promise<Answer<Result>> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#child.kill("SIGKILL");
        this.#settle({ error: `no answer within ${TIMEOUT_MS / 1000} s` });
      }, TIMEOUT_MS);
      this.#waiting = (answer) => {
        clearTimeout(timer);
        resolve(answer as Answer<Result>);
      };
    });
  }

  #settle(answer: object): void {
    this.#waiting?.(answer);
    this.#waiting = null;
  }

  /** The line of its standard error that says most: the error's, not the trace below it. */
  #lastWords(): string {
    const lines = this.#complaints.split("\n").filter((line) => line.trim() !== "");
    return lines.findLast((line) => /^\S*(Error|Exception)\b/.test(line)) ?? lines.at(-1) ?? "the process ended";
  }
}
