import type { Options } from "tsup";
import { preset } from "../../tools/tsup-preset.ts";
import manifest from "./package.json" with { type: "json" };

// Index and core are one program’s choice: neither waits for a file that it shares with the other.
const config: Options = { ...preset(manifest), splitting: false };
export default config;
