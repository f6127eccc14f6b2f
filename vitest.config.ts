// How the tests run: as many files at a time as there are cores, in processes that a WebGPU implementation which crashes
// takes down, and not the run. The GPU's tests have the software adapter in their environment, so that they run on every machine and see
// the same GPU; those of the mathematics have no adapter at all, so that none of them comes to need one.
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import manifest from "./package.json" with { type: "json" };
import { vitePlugins } from "./scripts/plugins.mjs";
import { softwareAdapterEnvironment } from "./scripts/software-adapter.mjs";

/** what runs programs or a browser */
const PROGRAMS = ["test/{browser,cli,docs,package}/**/*.test.ts"];
/** what computes on the GPU */
const GPU = ["test/gpu/**/*.test.ts", "test/adapter.test.ts", "test/diagram/kernel.test.ts"].concat(
  ["meter", "peers"].map((name) => `test/bench/${name}.test.ts`),
);

// The Vulkan loader reads its environment when a process starts.
const software = await softwareAdapterEnvironment();
const none = { VK_ICD_FILENAMES: "/nowhere.json", VK_DRIVER_FILES: "/nowhere.json" };

export default defineConfig({
  plugins: vitePlugins,
  define: { __VERSION__: JSON.stringify(manifest.version) },
  ssr: { resolve: { conditions: ["node"] } },
  test: {
    pool: "forks",
    // the tests wait for each other's processes and devices often enough to keep every core busy
    maxWorkers: availableParallelism(),
    setupFiles: ["test/seed.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // what a page or a process does takes as long as a busy machine lets it
    expect: { poll: { timeout: 20_000 } },
    // Files start in the order of their projects' names: the longest first, and what fills the gaps last.
    projects: [
      {
        extends: true,
        test: {
          name: "end to end",
          include: PROGRAMS,
          env: software,
          globalSetup: ["test/cli/programs.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "gpu",
          include: GPU,
          env: software,
          setupFiles: ["test/gpu/patience.mjs"],
          // its files share the kernels of one device
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "mathematics",
          include: ["test/**/*.test.ts"],
          exclude: [...PROGRAMS, ...GPU, "test/cluster/**"],
          env: none,
          // its modules keep nothing, so its files share them
          isolate: false,
        },
      },
    ],
  },
});
