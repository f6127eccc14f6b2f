// Reads what the commands have in common: configurations (a preset or a JSON file), the settings that --set changes,
// axes (ranges of a setting), and the flags that choose a solver.

import { constants, open, readFile, stat } from "node:fs/promises";
import { adapterNames, createGpu } from "../gpu/node.ts";
import {
  type Config,
  MesaError,
  type PhaseAxis,
  presets,
  type SolveOptions,
  type WebGpu,
  withSetting,
} from "../index.ts";
import { readValue } from "../report/wording.ts";
import { isRecord, meant } from "../schema.ts";
import { note, reasonOf } from "./failure.ts";
import { keepSetting, keepSource } from "./source.ts";

/** the largest file that is read, in bytes; every valid configuration is smaller */
const LONGEST = 2 ** 24;
/** how long to wait for a file before a note says so, in milliseconds */
const LONG = 2000;
/** how long to wait for somebody to write to a named pipe, in milliseconds, and the time between two reads */
const UNWRITTEN = 5000;
const PAUSE = 50;

/** The flags that choose a solver. They are not checked here: the library does that. */
export type SolverFlags = Pick<SolveOptions, "threads"> &
  Required<Pick<SolveOptions, "backend" | "method" | "precision">> & {
    /** a part of the name of the adapter to use */
    adapter?: string;
  };

/** The options; if they name an adapter, with a WebGPU that offers this adapter. @throws MesaError `NO_ADAPTER` */
export async function withAdapter<T extends object>({ adapter, ...options }: T & { adapter?: string }) {
  return { ...options, ...(adapter !== undefined && { gpu: await gpuNamed(adapter) }) };
}

/** A WebGPU that offers one adapter only. */
async function gpuNamed(name: string): Promise<WebGpu> {
  const names = await adapterNames();
  const chosen = names.find((one) => one.toLowerCase().includes(name.toLowerCase()));
  const gpu = chosen === undefined ? undefined : await createGpu([`adapter=${chosen}`]);
  if (gpu) return gpu as WebGpu;
  throw new MesaError(
    "NO_ADAPTER",
    `no adapter has ${JSON.stringify(name)} in its name; ${names.length > 0 ? `available: ${names.join(", ")}` : "no adapter is available"}`,
  );
}

/** the options that a repeated command needs, in the order in which they are printed */
const WORDS = ["x", "y", "over", "series", "measure", "backend", "method", "precision", "adapter"] as const;
/** their default values, which are not printed */
const USUAL = ["auto", "certified"];

/** The command that computes the same result again; it leaves out options that do not change it (threads, --out). */
export function commandOf(
  command: string,
  name: string | undefined,
  flags: { set: readonly string[] } & { [K in (typeof WORDS)[number]]?: string },
): string {
  return [
    ...["mesa-induction", command, name ?? ""],
    ...flags.set.flatMap((setting) => ["--set", setting]),
    ...WORDS.flatMap((flag) => {
      const value = flags[flag];
      return value === undefined || USUAL.includes(value) ? [] : [`--${flag}`, value];
    }),
  ]
    .map(quoteWord)
    .join(" ");
}

/** A command as it is called on this machine: by the program's name if it is installed, otherwise by its path. */
export function here(command: string): string {
  const [node, script = ""] = process.argv;
  const called = /mesa-induction$/.test(script) ? "mesa-induction" : [node, script].map(quoteWord).join(" ");
  return command.replace(/^mesa-induction/, called);
}

/** A word, quoted for a shell if necessary. */
export const quoteWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** the names of the presets, for messages */
function known(): string {
  return Object.keys(presets).join(", ");
}

/**
 * The configuration that a command names, not yet checked.
 *
 * @param name of a preset or of a JSON file
 * @param settings `key=value` each
 * @throws MesaError `INVALID_CONFIG` or `CANNOT_READ`
 */
export async function readConfiguration(
  name: string | undefined,
  settings: readonly string[],
): Promise<Config> {
  return settings.reduce<Record<string, unknown>>(changed, askedIn(await presetOrJson(name))) as Config;
}

/** The configuration of a preset, or the object in a file. @throws MesaError as {@link readConfiguration} */
export async function presetOrJson(name: string | undefined): Promise<Record<string, unknown>> {
  if (name === undefined)
    throw new MesaError(
      "INVALID_CONFIG",
      `no configuration given: name a preset (${known()}) or a JSON file`,
    );
  return Object.hasOwn(presets, name) ? presets[name].config : readJson(name);
}

/** The configuration in a file: the file holds it directly, or holds a result, which has it under `config`. */
export function askedIn(file: Record<string, unknown>): Record<string, unknown> {
  return Object.hasOwn(file, "solver") && isRecord(file.config) ? file.config : file;
}

/**
 * The object in a JSON file; `-` is standard input.
 *
 * @param what the path could have named instead, and those names, for messages
 * @throws MesaError `INVALID_CONFIG` or `CANNOT_READ`
 */
export async function readJson(
  path: string,
  what = `a preset (${known()})`,
  names: readonly string[] = Object.keys(presets),
): Promise<Record<string, unknown>> {
  const from = path === "-" ? "standard input" : path;
  const cannot: Cannot = (why, cause) => new MesaError("CANNOT_READ", `cannot read ${from}: ${why}`, cause);
  let text: string;
  const waiting = setTimeout(() => note(`waiting for ${from} to be written`), LONG);
  try {
    text = (await (path === "-" ? readStream(process.stdin, cannot) : readPath(path, cannot))).replace(
      /^\uFEFF/,
      "",
    );
  } catch (error) {
    if (error instanceof MesaError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENAMETOOLONG")
      throw new MesaError(
        "CANNOT_READ",
        `${JSON.stringify(path)} is neither ${what} nor a file that exists${meant(path, names)}`,
        error,
      );
    throw cannot(reasonOf(error), error);
  } finally {
    clearTimeout(waiting);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MesaError("INVALID_CONFIG", `${from} is not JSON: ${jsonErrorPosition(text)}`, error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new MesaError("INVALID_CONFIG", `${from} must hold an object, like {"game": "linear"}`);
  const object = value as Record<string, unknown>;
  keepSource({ name: from, text, value: object });
  return object;
}

/** Makes the error for a file that cannot be read. */
type Cannot = (why: string, cause?: unknown) => MesaError;

async function readPath(path: string, cannot: Cannot): Promise<string> {
  const file = await stat(path);
  if (!file.isFile() && !file.isFIFO())
    throw cannot(file.isDirectory() ? "it is a folder" : "it is not a regular file");
  if (file.size > LONGEST) throw cannot(`it is longer than ${LONGEST} bytes`);
  return file.isFIFO() ? readStream(pipedFrom(path, cannot), cannot) : readFile(path, "utf8");
}

/** The content of a named pipe. @throws the error that `cannot` makes, if no process opens it for writing */
async function* pipedFrom(path: string, cannot: Cannot): AsyncIterable<Buffer> {
  // a blocking open that waits for a writer could not be cancelled
  const pipe = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const started = performance.now();
    for (let begun = false; ; ) {
      const { bytesRead, buffer } = await pipe.read().catch((error: NodeJS.ErrnoException) => {
        if (error.code === "EAGAIN") return { bytesRead: -1, buffer: Buffer.of() };
        throw error;
      });
      if (bytesRead > 0) yield Buffer.from(buffer.subarray(0, bytesRead));
      // -1: a writer has the pipe open but wrote nothing yet; 0: no writer has it open
      if (bytesRead !== 0) begun = true;
      else if (begun) return;
      else if (performance.now() - started > UNWRITTEN) throw cannot("it is a pipe that nobody writes to");
      if (bytesRead <= 0) await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  } finally {
    await pipe.close();
  }
}

async function readStream(stream: AsyncIterable<Buffer>, cannot: Cannot): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of stream) {
    length += part.length;
    if (length > LONGEST) throw cannot(`it is longer than ${LONGEST} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** A configuration with a setting changed by `key=value`; the result is not yet checked. */
export function changed(config: Record<string, unknown>, setting: string): Record<string, unknown> {
  const [path, ...rest] = setting.split("=");
  if (rest.length === 0 || path.split(".").includes(""))
    throw new MesaError(
      "INVALID_CONFIG",
      `--set must be key=value, like discount=0.9, got ${JSON.stringify(setting)}`,
    );
  const text = rest.join("=");
  const value = readValue(text);
  if (typeof value === "string" && /^[[{]/.test(text))
    throw new MesaError("INVALID_CONFIG", `--set ${path} is not JSON: ${jsonErrorPosition(text)}`);
  keepSetting(path);
  return withSetting(config, path, value, "--set");
}

/**
 * Reads an axis, `key=from:to:count` or `key=from:to:count:log`. It does not check that the numbers fit together.
 *
 * @throws MesaError `INVALID_CONFIG`
 */
export function readAxis(flag: string, text: string | undefined): PhaseAxis {
  const wrong = (why: string) =>
    new MesaError(
      "INVALID_CONFIG",
      `${flag} must be key=from:to:count, like discount=0:1:51, or key=from:to:count:log, ${why}`,
    );
  if (text === undefined) throw wrong("and is missing");
  const got = `got ${JSON.stringify(text)}`;
  const parts = /^([^=]+)=([^:]+):([^:]+):(\d+)(:log)?$/.exec(text);
  if (!parts || parts[1].split(".").includes("")) throw wrong(got);
  const [from, to, count] = [parts[2], parts[3], parts[4]].map(Number);
  if (!Number.isFinite(to - from)) throw wrong(`with finite numbers, ${got}`);
  return { key: parts[1], from, to, count, scale: parts[5] === undefined ? "linear" : "log" };
}

/**
 * What is wrong with a text that is not JSON, and where: `unexpected "x" at line 1, column 7`. V8 reports the position
 * of only some mistakes; for the others this searches for the shortest prefix that is already wrong.
 */
export function jsonErrorPosition(text: string): string {
  const end = text.length;
  let wrong = positionOf(messageOf(text)) ?? end;
  if (wrong === end && !isBeginning(text))
    for (let fine = 0; fine < wrong; ) {
      const middle = Math.floor((fine + wrong) / 2);
      if (isBeginning(text.slice(0, middle + 1))) fine = middle + 1;
      else wrong = middle;
    }
  const before = text.slice(0, wrong).split(/\r\n|\r|\n/);
  const what = wrong >= end ? "unexpected end" : `unexpected ${JSON.stringify([...text.slice(wrong)][0])}`;
  return `${what} at line ${before.length}, column ${before[before.length - 1].length + 1}`;
}

function messageOf(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

function positionOf(message: string): number | undefined {
  const match = /position (\d+)/.exec(message);
  return match ? Number(match[1]) : undefined;
}

/** Whether a text is a prefix of some JSON: it is JSON, or its only mistake is that it ends too early. */
function isBeginning(text: string): boolean {
  const message = messageOf(text);
  return message === "" || message.includes("Unexpected end") || positionOf(message) === text.length;
}
