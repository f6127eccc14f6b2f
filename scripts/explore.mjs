// Bundles the page `explore`: static files that work in any folder of any host. Its first pictures are computed here,
// with the bundled sources, and cached until these change.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { deflateRaw } from "node:zlib";
import { build } from "esbuild";
import manifest from "../package.json" with { type: "json" };
import { buildDocuments } from "./documents.mjs";
import { makeOnce } from "./makeOnce.mjs";
import { esbuildPlugins } from "./plugins.mjs";

const SOURCES = fileURLToPath(new URL("../src/explore", import.meta.url));
/** inside node_modules, so that programs in it find the packages that they do not contain */
const CACHE = fileURLToPath(new URL("../node_modules/.cache/mesa-induction/answers", import.meta.url));
const define = { __VERSION__: JSON.stringify(manifest.version) };

/** The folder with the files that precompute.ts makes: inline.json, preview.png and the answers of the steps. */
async function precomputed() {
  const { outputFiles } = await build({
    entryPoints: [join(SOURCES, "precompute.ts")],
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    conditions: ["node"],
    write: false,
    logLevel: "warning",
    define,
    plugins: esbuildPlugins,
  });
  const [{ text }] = outputFiles;
  const key = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return makeOnce(join(CACHE, key), async (folder) => {
    const program = join(folder, "precompute.mjs");
    await writeFile(program, text);
    const { precompute } = await import(pathToFileURL(program).href);
    for (const [name, content] of Object.entries(await precompute()))
      await writeFile(join(folder, name), content);
  });
}

/** esbuild plugin: `import answers from "virtual:answers"` */
const answers = (json) => ({
  name: "answers",
  setup(build) {
    build.onResolve({ filter: /^virtual:answers$/ }, ({ path }) => ({ path, namespace: "answers" }));
    build.onLoad({ filter: /./, namespace: "answers" }, () => ({ contents: json, loader: "json" }));
  },
});

/** The page's HTML with preload links, so that the browser fetches imported modules together with the script. */
function withPreloads(html, { metafile }) {
  const outputs = Object.entries(metafile.outputs);
  const [script, { imports }] = outputs.find(([path]) => path.endsWith("/explore.js"));
  return imports
    .filter(({ kind }) => kind === "import-statement")
    .map(({ path }) => `<link rel="modulepreload" href="${relative(dirname(script), path)}" />\n    `)
    .reduceRight((html, link) => html.replace('<script type="module"', (tag) => link + tag), html);
}

/** Makes the page in a folder: index.html, explore.js, explore.css, worker.js, which explore.js starts, and answers. */
export async function buildExplore(folder) {
  const from = (name) => join(SOURCES, name);
  const ready = await precomputed();
  await mkdir(join(folder, "answers"), { recursive: true });
  for (const name of await readdir(ready)) {
    const stored = /^(.*)\.answers\.json$/.exec(name);
    if (!stored) continue;
    const packed = await promisify(deflateRaw)(await readFile(join(ready, name)));
    await writeFile(join(folder, "answers", `${stored[1]}.bin`), packed);
  }
  const options = {
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    metafile: true,
    legalComments: "none",
    logLevel: "warning",
    jsx: "automatic",
    jsxImportSource: "preact",
    define,
    plugins: [answers(await readFile(join(ready, "inline.json"), "utf8")), ...esbuildPlugins],
  };
  const built = await Promise.all([
    // modules that are not needed at first are loaded on first use
    build({
      ...options,
      entryPoints: { explore: from("main.tsx") },
      splitting: true,
      chunkNames: "chunks/[name]-[hash]",
    }),
    // bundled separately: with shared chunks, the page would load code that only its worker needs
    build({ ...options, entryPoints: { worker: from("solver.worker.ts") } }),
  ]);
  await writeFile(
    join(folder, "index.html"),
    withPreloads(await readFile(from("index.html"), "utf8"), built[0]),
  );
  await copyFile(join(ready, "preview.png"), join(folder, "preview.png"));
  await buildDocuments(join(folder, "docs"));
}
