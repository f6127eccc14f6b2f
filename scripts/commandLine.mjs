// Bundles the command line: for the package, and for the tests that run it.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import manifest from "../package.json" with { type: "json" };
import { esbuildPlugins } from "./plugins.mjs";

/** the options that all bundles of the package share */
export const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
  define: { __VERSION__: JSON.stringify(manifest.version) },
  plugins: esbuildPlugins,
};

/** the options of all bundles for Node */
export const forNode = {
  ...shared,
  platform: "node",
  external: Object.keys(manifest.dependencies),
  conditions: ["node"],
};

/**
 * Makes cli.js and its chunks in a folder. The program starts in milliseconds because it loads each chunk on first use.
 *
 * @param plugins to change the program, for tests
 * @param beside other entry points, which share the chunks
 */
export async function buildCommandLine(folder, plugins = [], beside = {}) {
  await build({
    ...forNode,
    entryPoints: { cli: fileURLToPath(new URL("../src/cli/main.ts", import.meta.url)), ...beside },
    outdir: folder,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    plugins: [...plugins, ...esbuildPlugins],
  });
  const program = join(folder, "cli.js");
  await writeFile(program, `#!/usr/bin/env node\n${await readFile(program, "utf8")}`);
}
