// Browser consoles show objects as trees of fields; developer tools with custom formatters switched on show tensors as numbers instead.
import { inspectTensor } from "./print.ts";
import { Tensor } from "./tensor.ts";

/** A node of JsonML: tag, attributes, children. */
type JsonMl = [string, { style: string }, ...(string | JsonMl)[]];

interface Formatter {
  header(value: unknown): JsonMl | null;
  hasBody(value: unknown): boolean;
}

const formatter: Formatter = {
  header: (value) =>
    value instanceof Tensor ? ["div", { style: "white-space: pre; font-family: monospace" }, inspectTensor(value)] : null,
  hasBody: () => false,
};

/** Shows tensors in a browser's console as `console.log` shows them under Node. Switch "custom formatters" on in the developer tools' settings. */
export function installConsoleFormatter(): void {
  const scope = globalThis as { devtoolsFormatters?: Formatter[] };
  const others = scope.devtoolsFormatters ?? [];
  if (!others.includes(formatter)) scope.devtoolsFormatters = [...others, formatter];
}
