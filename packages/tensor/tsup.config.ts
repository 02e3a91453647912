import { preset } from "../../tools/tsup-preset.ts";
import manifest from "./package.json" with { type: "json" };

export default preset(manifest);
