import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const source = "@gradkit/source"; // the tests run on the source; nothing has to be built first

export default defineConfig({
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts", "apps/**/*.test.ts", "tools/**/*.test.ts"],
    pool: "forks",
  },
});
