// Bundles the command line: for the package, and for the tests that run it.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import manifest from "../package.json" with { type: "json" };
import { esbuildPlugins } from "./plugins.mjs";

/** what all bundles of the package have in common */
export const shared = {
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

/** and those for Node */
export const forNode = {
  ...shared,
  platform: "node",
  external: Object.keys(manifest.dependencies),
  conditions: ["node"],
};

/**
 * Makes cli.js in a folder, and its chunks: it starts in milliseconds because it loads what it needs when it needs it.
 *
 * @param plugins for a program that is not quite the real one
 */
export async function buildCommandLine(folder, plugins = []) {
  await build({
    ...forNode,
    entryPoints: { cli: fileURLToPath(new URL("../src/cli/main.ts", import.meta.url)) },
    outdir: folder,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: "#!/usr/bin/env node" },
    plugins: [...plugins, ...esbuildPlugins],
  });
}
