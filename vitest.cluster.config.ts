// The tests of shards on schedulers. They need Debian's packages slurm-wlm and parallel, and run only with
// `npm run test:cluster`.
import { defineConfig } from "vitest/config";
import shared from "./vitest.config.ts";

export default defineConfig({
  plugins: shared.plugins ?? [],
  define: shared.define ?? {},
  test: {
    pool: "forks",
    include: ["test/cluster/**/*.test.ts"],
    globalSetup: ["test/cli/programs.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
