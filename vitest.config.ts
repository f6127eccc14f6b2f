// How the tests run: as many files at a time as there are cores, in separate processes, so that a crash of the WebGPU
// implementation does not end the whole run. GPU tests see the software adapter, so that they run on every machine with
// the same GPU. Tests of the mathematics see no adapter, so that none of them can depend on one.
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import manifest from "./package.json" with { type: "json" };
import { vitePlugins } from "./scripts/plugins.mjs";
import { softwareAdapterEnvironment } from "./scripts/software-adapter.mjs";

/** tests that run programs or a browser */
const PROGRAMS = ["test/{browser,cli,docs,package}/**/*.test.ts"];
/** tests that compute on the GPU */
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
    // The files of a project share their modules, which keep no state that matters: the compiled kernels of one device,
    // one browser, and one build of the page.
    isolate: false,
    // tests often wait for processes and devices, so this number of workers keeps every core busy
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
        },
      },
      {
        extends: true,
        test: {
          name: "mathematics",
          include: ["test/**/*.test.ts"],
          exclude: [...PROGRAMS, ...GPU, "test/cluster/**"],
          env: none,
        },
      },
    ],
  },
});
