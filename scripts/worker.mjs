// The script that threads run is a string in the bundle: `import script from "./worker.ts?script"` gives worker.ts and
// all it imports as the text of a script that defines the global `worker`. esbuild asks this module when the project is
// bundled, and Vite when it is tested.
import { dirname, resolve } from "node:path";
import { build } from "esbuild";
import manifest from "../package.json" with { type: "json" };

const SUFFIX = "?script";
const FILTER = /\?script$/;

/** esbuild plugin for the script itself: in a thread there is none, for threads start no threads */
const noScript = {
  name: "no script",
  setup(build) {
    build.onResolve({ filter: FILTER }, ({ path }) => ({ path, namespace: "no script" }));
    build.onLoad({ filter: FILTER, namespace: "no script" }, () => ({ contents: "", loader: "text" }));
  },
};

async function bundled(file) {
  const { outputFiles } = await build({
    entryPoints: [file],
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
    plugins: [noScript],
  });
  return outputFiles[0].text;
}

/** esbuild plugin: `import script from "./worker.ts?script"` */
export const workerForEsbuild = {
  name: "worker",
  setup(build) {
    build.onResolve({ filter: FILTER }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(0, -SUFFIX.length)),
      namespace: "script",
    }));
    build.onLoad({ filter: /./, namespace: "script" }, async ({ path }) => ({
      contents: await bundled(path),
      loader: "text",
    }));
  },
};

/** Vite plugin: the same import under Vitest */
export const workerForVite = {
  name: "worker",
  enforce: "pre",
  resolveId(path, importer) {
    return path.endsWith(SUFFIX) ? resolve(dirname(importer), path) : null;
  },
  async load(id) {
    if (!id.endsWith(SUFFIX)) return null;
    return `export default ${JSON.stringify(await bundled(id.slice(0, -SUFFIX.length)))};`;
  },
};
