// From the command line's words to a configuration: a preset or a JSON file, and the settings that --set changes.

import { readFile, stat } from "node:fs/promises";
import { withSetting } from "../config/setting.ts";
import { type Config, MesaError, presets, type SolveOptions } from "../index.ts";
import { reasonOf } from "./failure.ts";
import { positionIn } from "./position.ts";

/** no configuration within the limits is longer, in bytes */
const LONGEST = 2 ** 24;

/** What the command line gives of how to solve. */
export interface WayFlags {
  backend: NonNullable<SolveOptions["backend"]>;
  method: NonNullable<SolveOptions["method"]>;
  precision: NonNullable<SolveOptions["precision"]>;
  threads?: string;
}

/** How to solve; whether it makes sense is checked with the rest. */
export function readWay({ backend, method, precision, threads }: WayFlags) {
  return {
    ...{ backend, method, precision },
    ...(threads !== undefined && { threads: readValue(threads) as number }),
  };
}

/** the presets, for messages */
function known(): string {
  return Object.keys(presets).join(", ");
}

/**
 * The configuration that is asked for, not yet checked.
 *
 * @param name of a preset or else of a JSON file
 * @param settings `key=value` each
 * @throws MesaError `INVALID_CONFIG` or `CANNOT_READ`
 */
export async function readConfiguration(
  name: string | undefined,
  settings: readonly string[],
): Promise<Config> {
  if (name === undefined)
    throw new MesaError("INVALID_CONFIG", `what is to be solved? name a preset (${known()}) or a JSON file`);
  const config = Object.hasOwn(presets, name) ? presets[name].config : await readJson(name);
  return settings.reduce<Record<string, unknown>>(changed, config) as Config;
}

/** A JSON file that holds an object. @param what a name could have been, for messages. @throws MesaError `INVALID_CONFIG` or `CANNOT_READ` */
export async function readJson(
  path: string,
  what = `a preset (${known()})`,
): Promise<Record<string, unknown>> {
  const cannot = (why: string, cause?: unknown) =>
    new MesaError("CANNOT_READ", `cannot read ${path}: ${why}`, cause);
  let text: string;
  try {
    const file = await stat(path);
    if (!file.isFile() && !file.isFIFO())
      throw cannot(file.isDirectory() ? "it is a folder" : "it is no file");
    if (file.size > LONGEST) throw cannot(`it is longer than ${LONGEST} bytes`);
    text = (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    if (error instanceof MesaError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENAMETOOLONG")
      throw new MesaError(
        "CANNOT_READ",
        `${JSON.stringify(path)} is neither ${what} nor a file that exists`,
        error,
      );
    throw cannot(reasonOf(error), error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MesaError("INVALID_CONFIG", `${path} is not JSON: ${positionIn(text)}`, error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new MesaError("INVALID_CONFIG", `${path} must hold an object, like {"game": "linear"}`);
  return value as Record<string, unknown>;
}

/** A configuration with a setting changed by `key=value`; whether both make sense is checked with the whole. */
export function changed(config: Record<string, unknown>, setting: string): Record<string, unknown> {
  const [path, ...rest] = setting.split("=");
  if (rest.length === 0 || path.split(".").includes(""))
    throw new MesaError(
      "INVALID_CONFIG",
      `--set must be key=value, like discount=0.9, got ${JSON.stringify(setting)}`,
    );
  return withSetting(config, path, readValue(rest.join("=")), "--set");
}

/** JSON, or else the word itself. */
export function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
