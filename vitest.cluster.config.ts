// The tests that need packages of Debian: shards on schedulers need slurm-wlm and parallel, and completion needs fish and
// zsh. Only `npm run test:cluster` runs them.
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
