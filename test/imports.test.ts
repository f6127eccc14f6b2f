// Imports point one way: a folder imports only what is below it in this list. Only imports of code are checked: types
// may be imported from anywhere, because they leave nothing in the code.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** from top to bottom; folders on the same line do not import each other */
const ORDER = [
  ["bench/main.ts"],
  ["src/cli"],
  ["src/explore", "bench"],
  ["src/report"],
  ["src/index.ts", "src/worker.ts"],
  ["src/diagram"],
  ["src/solve"],
  ["src/gpu"],
  ["src/cpu", "shaders"],
  ["src/threads"],
  ["src/model"],
  ["src/search", "src/config"],
  ["src/game"],
  ["src/schema.ts", "src/grid.ts"],
  ["src/errors.ts", "src/elementary.ts", "examples"],
  // the browser that bench/page.ts measures
  ["test/browser/chromium.ts"],
  ["scripts/makeOnce.mjs"],
];

const partOf = (file: string) =>
  ORDER.flat().find((part) => file === part || file.startsWith(`${part}/`)) ?? file;
const heightOf = (part: string) => ORDER.findIndex((line) => line.includes(part));

test("each import points down", async () => {
  const files = (
    await Promise.all(
      ["src", "shaders", "bench"].map(async (folder) =>
        (await readdir(join(ROOT, folder), { recursive: true })).map((file) => join(folder, file)),
      ),
    )
  ).flat();
  const { metafile } = await build({
    absWorkingDir: ROOT,
    stdin: {
      contents: files
        .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"))
        .map((file) => `import "./${file}";`)
        .join("\n"),
      resolveDir: ROOT,
    },
    outdir: "unwritten",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    packages: "external",
    external: ["virtual:worker"],
    jsx: "automatic",
    loader: { ".css": "empty" },
    logLevel: "error",
  });
  const wrong: string[] = [];
  let seen = 0;
  for (const [file, { imports }] of Object.entries(metafile.inputs))
    for (const { path, external } of imports) {
      const [from, to] = [partOf(file), partOf(path)];
      if (external || from === to || file === "<stdin>") continue;
      seen++;
      if (heightOf(from) < 0 || heightOf(to) <= heightOf(from)) wrong.push(`${file} imports ${path}`);
    }
  expect(wrong).toEqual([]);
  expect(seen).toBeGreaterThan(100);
});
