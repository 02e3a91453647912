import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { closingLine } from "./tools/closing-line.ts";

const source = "@gradkit/source"; // the tests run on the source; nothing has to be built first

const config: ViteUserConfig = defineConfig({
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts", "apps/**/*.test.ts", "tools/**/*.test.ts", "benchmarks/test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 30_000, // machines are shared, and some oracles are plain loops
    reporters: ["default", closingLine],
  },
});
export default config;
