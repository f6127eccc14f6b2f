// Bundles the library (for Node and for browsers), the command line, the measuring program and the page into dist/.
import { rm } from "node:fs/promises";
import { build } from "esbuild";
import manifest from "../package.json" with { type: "json" };
import { buildExplore } from "./explore.mjs";
import { esbuildPlugins } from "./plugins.mjs";

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  minifySyntax: true,
  sourcemap: true,
  legalComments: "none",
  logLevel: "warning",
  define: { __VERSION__: JSON.stringify(manifest.version) },
  plugins: esbuildPlugins,
};
const node = {
  ...shared,
  platform: "node",
  external: Object.keys(manifest.dependencies),
  conditions: ["node"],
};

await rm("dist", { recursive: true, force: true });
await Promise.all([
  build({ ...node, entryPoints: { index: "src/index.ts" }, outdir: "dist" }),
  build({
    ...node,
    // The command line starts in milliseconds because it loads what it needs when it needs it.
    entryPoints: { cli: "src/cli/main.ts" },
    outdir: "dist",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: "#!/usr/bin/env node" },
  }),
  build({
    ...node,
    // It is run on machines where nothing is installed but WebGPU's bindings, so it brings all else with it. The
    // package does not have it.
    entryPoints: { bench: "bench/main.ts" },
    outdir: "dist",
    external: ["webgpu"],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  }),
  build({ ...shared, platform: "browser", entryPoints: { browser: "src/index.ts" }, outdir: "dist" }),
  buildExplore("dist/explore"),
]);
