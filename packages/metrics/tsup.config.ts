import type { Options } from "tsup";
import { preset } from "../../tools/tsup-preset.ts";
import manifest from "./package.json" with { type: "json" };

const config: Options = preset(manifest);
export default config;
