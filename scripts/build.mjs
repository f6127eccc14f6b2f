// Bundles the library (for Node and for browsers), the command line and the page into dist/.
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
  build({ ...shared, platform: "browser", entryPoints: { browser: "src/index.ts" }, outdir: "dist" }),
  buildExplore("dist/explore"),
]);
