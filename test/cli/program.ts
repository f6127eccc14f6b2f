// The command line as users have it: bundled as the package is, and run as a process of its own. The bundle is the
// tests' own, made from the sources at hand once for all tests.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
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

/** An environment of programs that fetch nothing: Node would read more certificates, which is most of what its start takes. */
export const OFFLINE = { NODE_EXTRA_CA_CERTS: "" };

/** An environment in which much work on the software adapter takes less of the CPU: see test/gpu/patience.mjs. */
export const PATIENT = {
  NODE_OPTIONS: `--import=${new URL("../gpu/patience.mjs", import.meta.url)} ${process.env.NODE_OPTIONS ?? ""}`,
};

/** What a run leaves. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** what the program itself says on stderr, line by line; a driver may say more */
  messages: string[];
}

/** The program, to be run. */
export interface Program {
  /** its script */
  readonly file: string;
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  start(args: readonly string[], options?: RunOptions): { child: ChildProcess; ended: Promise<Ended> };
}

interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** what it reads on its standard input; nothing unless given */
  input?: string;
}

/** A program that is not quite the real one. @param plugins what makes it another */
export async function buildProgram(plugins: Plugin[]): Promise<Program> {
  const folder = await mkdtemp(join(inject("programs"), "other-"));
  // few tests need a bundler
  const { buildCommandLine } = await import("../../scripts/commandLine.mjs");
  await buildCommandLine(folder, plugins);
  return programIn(folder);
}

/** what the program itself says on stderr, line by line */
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

/** The program itself. */
export const program = programIn(join(inject("programs"), "real"));

let runs = 0;

/**
 * The program from its sources, in this process: for more cases of what is seen of the real one, where to start a
 * process is most of the work. One at a time: a process has one folder, one exit status and one standard output.
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
    // by another name it runs anew; what it imports is there already
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

/** How the rows of a table are run: every third as users run it, the others in this process. */
export function mostlyHere<Row extends readonly unknown[]>(rows: readonly Row[]) {
  return rows.map((row, i): [...Row, Program["run"]] => [...row, i % 3 === 0 ? program.run : runHere]);
}
