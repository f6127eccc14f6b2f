// The command line as users have it: bundled, and run as a process of its own. The bundle is the tests' own, because
// another test may be making dist/ anew at the same time.

import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { esbuildPlugins } from "../../scripts/plugins.mjs";

const ROOT = new URL("../../", import.meta.url);

/** An environment in which WebGPU finds no adapter. */
export const NO_ADAPTER = { VK_ICD_FILENAMES: "/nowhere.json", VK_DRIVER_FILES: "/nowhere.json" };

/** What a run leaves. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** what the program itself says on stderr, line by line; a driver may say more */
  messages: string[];
}

/** The program in a bundle of its own. */
export interface Program {
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  start(args: readonly string[], options?: RunOptions): { child: ChildProcess; ended: Promise<Ended> };
}

interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
}

/**
 * Bundles the command line.
 *
 * @param name of the bundle, another one for each test file
 * @param plugins for a program that is not quite the real one
 */
export async function buildProgram(name: string, plugins: Plugin[] = []): Promise<Program> {
  const { version } = JSON.parse(await readFile(new URL("package.json", ROOT), "utf8"));
  // inside node_modules, so that the bundle finds the packages it leaves out
  const outfile = fileURLToPath(new URL(`node_modules/.cache/mesa-induction/cli/${name}.mjs`, ROOT));
  await build({
    entryPoints: [fileURLToPath(new URL("src/cli/main.ts", ROOT))],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2022",
    packages: "external",
    conditions: ["node"],
    logLevel: "warning",
    define: { __VERSION__: JSON.stringify(version) },
    plugins: [...plugins, ...esbuildPlugins],
  });

  const start: Program["start"] = (args, { cwd, env } = {}) => {
    const child = spawn(process.execPath, [outfile, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const texts = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream]!.setEncoding("utf8").on("data", (text: string) => {
        texts[stream] += text;
      });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) =>
        resolve({
          code,
          ...texts,
          messages: texts.stderr.split("\n").filter((line) => line.startsWith("mesa-induction: ")),
        }),
      );
    });
    return { child, ended };
  };
  return { start, run: (args, options) => start(args, options).ended };
}
