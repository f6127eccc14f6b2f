// The command line as users run it: bundled like the package, in a process of its own. The bundle is built from the
// current sources, once for all tests.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { inject, vi } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** the folder of this run's bundles, see programs.ts */
    programs: string;
  }
}

/** An environment in which WebGPU finds no adapter. */
export const NO_ADAPTER = { VK_ICD_FILENAMES: "/nowhere.json", VK_DRIVER_FILES: "/nowhere.json" };

/**
 * An environment for programs that fetch nothing: otherwise Node reads more certificates, most of its start-up time.
 */
export const OFFLINE = { NODE_EXTRA_CA_CERTS: "" };

/** An environment in which waiting for the software adapter uses less of the CPU: see test/gpu/patience.mjs. */
export const PATIENT = {
  NODE_OPTIONS: `--import=${new URL("../gpu/patience.mjs", import.meta.url)} ${process.env.NODE_OPTIONS ?? ""}`,
};

/** How a run ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** the lines of the program itself on stderr; a driver may write more */
  messages: string[];
}

/** A program to run. */
export interface Program {
  /** its script */
  readonly file: string;
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  start(args: readonly string[], options?: RunOptions): { child: ChildProcess; ended: Promise<Ended> };
}

interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** its standard input; empty by default */
  input?: string;
}

/** A changed program. @param plugins change the sources when it is bundled */
export async function buildProgram(plugins: Plugin[]): Promise<Program> {
  const folder = await mkdtemp(join(inject("programs"), "other-"));
  // imported here because few tests need a bundler
  const { buildCommandLine } = await import("../../scripts/commandLine.mjs");
  await buildCommandLine(folder, plugins);
  return programIn(folder);
}

/** Replaces a number in one source of a program. @param before the text directly before the number */
export const withNumber = (source: string, before: string, number: number): Plugin => ({
  name: `${before}${number}`,
  setup({ onLoad }) {
    onLoad({ filter: new RegExp(`/${source}$`) }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const at = text.indexOf(before) + before.length;
      const after = text.slice(at).replace(/^[\d_]+/, String(number));
      if (after === text.slice(at)) throw new Error(`${path} has no number after ${before}`);
      return { contents: text.slice(0, at) + after, loader: "ts" };
    });
  },
});

/** the lines of the program itself on stderr */
function messagesIn(stderr: string): string[] {
  return stderr.split("\n").filter((line) => line.startsWith("mesa-induction: "));
}

function programIn(folder: string): Program {
  const file = join(folder, "cli.js");
  const start: Program["start"] = (args, { cwd, env, input } = {}) => {
    const child = spawn(process.execPath, [file, ...args], {
      cwd,
      env: { ...process.env, ...OFFLINE, ...env },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    child.stdin?.end(input);
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
          messages: messagesIn(texts.stderr),
        }),
      );
    });
    return { child, ended };
  };
  return { file, start, run: (args, options) => start(args, options).ended };
}

/** The unchanged program. */
export const program = programIn(join(inject("programs"), "real"));

let runs = 0;

/**
 * Runs the program from its sources in this process. It is for further cases of what other tests check on the real
 * program, where starting a process would take most of the time. Run one at a time: a process has one working folder,
 * one exit status and one standard output.
 */
export async function runHere(args: readonly string[], { cwd = process.cwd() } = {}): Promise<Ended> {
  const before = { argv: process.argv, exitCode: process.exitCode, cwd: process.cwd() };
  const listeners = process.stdout.listeners("error");
  const texts = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      texts[stream] += text;
      return true;
    }),
  );
  process.argv = [process.execPath, "cli.js", ...args];
  process.exitCode = undefined;
  process.chdir(cwd);
  try {
    // a new query string makes the module run again; the modules that it imports are loaded already
    await import(
      /* @vite-ignore */ `${new URL("../../src/cli/main.ts", import.meta.url).pathname}?run=${runs++}`
    );
    return { code: Number(process.exitCode ?? 0), ...texts, messages: messagesIn(texts.stderr) };
  } finally {
    for (const spy of spies) spy.mockRestore();
    for (const listener of process.stdout.listeners("error"))
      if (!listeners.includes(listener)) process.stdout.off("error", listener as () => void);
    process.argv = before.argv;
    process.exitCode = before.exitCode;
    process.chdir(before.cwd);
  }
}

/** How the rows of a table are run: every third one in a process of its own, the others in this process. */
export function mostlyHere<Row extends readonly unknown[]>(rows: readonly Row[]) {
  return rows.map((row, i): [...Row, Program["run"]] => [...row, i % 3 === 0 ? program.run : runHere]);
}
