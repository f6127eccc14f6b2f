// The script that threads run is a string in the bundle: `import script from "virtual:worker"` gives src/worker.ts with
// all its imports, as the text of a script that defines the global `worker`. esbuild uses this module when the project
// is bundled, Vite when it is tested.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import manifest from "../package.json" with { type: "json" };

const WORKER = fileURLToPath(new URL("../src/worker.ts", import.meta.url));
const NAME = "virtual:worker";

/** esbuild plugin that makes the import give a text */
const esbuildPlugin = (text) => ({
  name: "worker",
  setup(build) {
    build.onResolve({ filter: /^virtual:worker$/ }, ({ path }) => ({ path, namespace: "worker" }));
    build.onLoad({ filter: /./, namespace: "worker" }, async () => ({
      contents: await text(),
      loader: "text",
    }));
  },
});

async function bundled() {
  const { outputFiles } = await build({
    entryPoints: [WORKER],
    bundle: true,
    format: "iife",
    globalName: "worker",
    platform: "browser",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    write: false,
    define: { __VERSION__: JSON.stringify(manifest.version) },
    // the import is empty in a thread, because threads start no threads
    plugins: [esbuildPlugin(() => "")],
  });
  return outputFiles[0].text;
}

/** esbuild plugin: `import script from "virtual:worker"` */
export const workerForEsbuild = esbuildPlugin(bundled);

/** Vite plugin: the same import under Vitest */
export const workerForVite = {
  name: "worker",
  enforce: "pre",
  resolveId: (path) => (path === NAME ? `\0${NAME}` : null),
  load: async (id) => (id === `\0${NAME}` ? `export default ${JSON.stringify(await bundled())};` : null),
};
