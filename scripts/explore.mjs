// Bundles the page `explore`: static files that work from any folder of any host.
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import manifest from "../package.json" with { type: "json" };
import { esbuildPlugins } from "./plugins.mjs";

const SOURCES = fileURLToPath(new URL("../src/explore", import.meta.url));

/** Makes the page in a folder: index.html, explore.js, explore.css, and worker.js, which explore.js starts. */
export async function buildExplore(folder) {
  const from = (name) => join(SOURCES, name);
  await build({
    entryPoints: {
      explore: from("main.tsx"),
      worker: from("solver.worker.ts"),
    },
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { __VERSION__: JSON.stringify(manifest.version) },
    plugins: esbuildPlugins,
  });
  await copyFile(from("index.html"), join(folder, "index.html"));
}
