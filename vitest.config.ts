// How the tests run: in forked processes, which a WebGPU implementation that crashes cannot take down, and with the
// software adapter in their environment, so that the GPU's tests run on every machine and see the same GPU.
import { defineConfig } from "vitest/config";
import manifest from "./package.json" with { type: "json" };
import { vitePlugins } from "./scripts/plugins.mjs";
import { softwareAdapterEnvironment } from "./scripts/software-adapter.mjs";

// The Vulkan loader reads its environment when a process starts: the forks inherit it from here.
Object.assign(process.env, await softwareAdapterEnvironment());

export default defineConfig({
  plugins: vitePlugins,
  define: { __VERSION__: JSON.stringify(manifest.version) },
  ssr: { resolve: { conditions: ["node"] } },
  test: {
    pool: "forks",
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/seed.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
