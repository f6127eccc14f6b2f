// `--version`: the version alone, or with --json all that a paper states: what to cite, and what ran.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { toJson } from "../report/json.ts";

const require = createRequire(import.meta.url);

/** The folder of this package. */
export const packageFolder = (): string => dirname(require.resolve("mesa-induction/package.json"));

/** What computes: this version, Node, WebGPU's bindings, and the platform. */
export const versions = () => ({
  version: __VERSION__,
  node: process.version,
  webgpu: (require("webgpu/package.json") as { version: string }).version,
  platform: process.platform,
  architecture: process.arch,
});

/** Prints the version; as JSON with the licence and CITATION.cff, which names the post too. */
export async function versionCommand({ json }: { json: boolean }): Promise<void> {
  if (!json) {
    process.stdout.write(`${__VERSION__}\n`);
    return;
  }
  const { parse } = await import("yaml");
  const citation = parse(await readFile(join(packageFolder(), "CITATION.cff"), "utf8"));
  const { title: name, license } = citation;
  process.stdout.write(toJson({ name, ...versions(), license, citation }));
}
