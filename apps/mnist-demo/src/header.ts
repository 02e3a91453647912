// What a run needs to be repeated: seed, backend, versions.
import { readFileSync } from "node:fs";
import type { Backend } from "@gradkit/tensor";
import type { Classifier } from "./models.ts";
import type { Options } from "./options.ts";

const version = (): string =>
  (JSON.parse(readFileSync(new URL(import.meta.resolve("@gradkit/tensor/package.json")), "utf8")) as { version: string }).version;

/** `source` and `note` are those of the digits that were opened. */
export function header(options: Options, device: Backend, model: Classifier, source: string, note: string): string {
  const parameters = model.parameters().reduce((count, parameter) => count + parameter.numel, 0);
  return [
    `gradkit ${version()} · node ${process.versions.node} · ${process.platform} ${process.arch}`,
    `model ${options.model} (${parameters.toLocaleString("en")} parameters) · backend ${device.name} · seed ${options.seed}`,
    `data ${source}${note} · ${options.epochs} epoch${options.epochs === 1 ? "" : "s"} · batch size ${options.batchSize} · learning rate ${options.lr}`,
    "",
  ].join("\n");
}
