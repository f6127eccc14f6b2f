// Bundles the command line once for all tests that run it.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { buildCommandLine } from "../../scripts/commandLine.mjs";

// inside node_modules, so that the bundles find the packages that they do not contain
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/mesa-induction", import.meta.url));

/** Creates the folder `programs`, with the program in `real`. @returns a function that removes the folder */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, "programs-"));
  await buildCommandLine(join(folder, "real"));
  project.provide("programs", folder);
  return () => rm(folder, { recursive: true, force: true });
}
