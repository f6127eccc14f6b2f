// Bundles the library (for Node and for browsers), the command line, the measuring program and the page into dist/.
import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { build } from "esbuild";
import { buildCommandLine, forNode, shared } from "./commandLine.mjs";
import { buildExplore } from "./explore.mjs";

await rm("dist", { recursive: true, force: true });
await Promise.all([
  buildCommandLine("dist", [], { index: "src/index.ts" }),
  build({
    ...forNode,
    // It runs on machines where only the WebGPU bindings are installed, so it contains everything else. It is not part
    // of the package.
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
for (const what of ["config", "phase", "sweep"]) {
  const { stdout } = await promisify(execFile)(process.execPath, ["dist/cli.js", "schema", what]);
  await writeFile(`dist/${what}.schema.json`, stdout);
}
