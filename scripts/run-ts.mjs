// Runs a TypeScript file of this repository, bundled like the package:
//
//     node scripts/run-ts.mjs <file.ts> [argument]...
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import manifest from "../package.json" with { type: "json" };
import { esbuildPlugins } from "./plugins.mjs";

const [file, ...rest] = process.argv.slice(2);
if (!file) {
  console.error("usage: node scripts/run-ts.mjs <file.ts> [argument]...");
  process.exit(2);
}
// inside node_modules, so that the bundle finds the packages that it does not contain
const folder = fileURLToPath(new URL("../node_modules/.cache/mesa-induction/run", import.meta.url));
const outfile = join(folder, `${basename(file, ".ts")}.mjs`);
await mkdir(folder, { recursive: true });
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  conditions: ["node"],
  sourcemap: "inline",
  logLevel: "warning",
  define: { __VERSION__: JSON.stringify(manifest.version) },
  plugins: esbuildPlugins,
});
spawn(process.execPath, ["--enable-source-maps", ...process.execArgv, outfile, ...rest], {
  stdio: "inherit",
}).on("exit", (code) => {
  process.exitCode = code ?? 1;
});
