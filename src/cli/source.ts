// Adds the file and the line to messages about a configuration. It finds the line by the key that a message begins
// with: `schedule.learningRate must be …`, `unknown key "dicount"`, `game "mine": output, column 5: …`.

import { isRecord, quote } from "../schema.ts";

/** A file as it was read. */
interface Source {
  /** its name in messages */
  readonly name: string;
  readonly text: string;
  /** the object in it */
  readonly value: Record<string, unknown>;
}

let sources: Source[] = [];
let settings: string[] = [];

/** Forgets all files and settings; called when a command begins. */
export function forgetSources(): void {
  sources = [];
  settings = [];
}

/** Remembers a file that was read. */
export const keepSource = (source: Source) => sources.push(source);

/** Remembers that `--set` gave this key its value. */
export const keepSetting = (key: string) => settings.push(key);

/** the maximum length of a file in which a line is looked for, in characters */
const LONGEST = 2 ** 20;
/** the paths at which a file may have a configuration, or the axes of a diagram or a sweep */
const PLACES = [[], ["config"], ["phase"], ["phase", "config"], ["sweep"], ["sweep", "config"]];
const AXES = ["x", "y", "over"];

/** A message, preceded by the file and the line that it is about, if exactly one line fits. */
export async function located(message: string): Promise<string> {
  const key = keyIn(message);
  const [source, ...others] = sources;
  if (key === undefined || source === undefined || others.length > 0 || source.text.length > LONGEST)
    return message;
  if (settings.some((one) => `${key}.`.startsWith(`${one}.`) || `${one}.`.startsWith(`${key}.`)))
    return message;
  const path = pathTo(source.value, key, / got (.*)$/.exec(message)?.[1]);
  if (path === undefined) return message;
  const { LineCounter, parseDocument } = await import("yaml");
  const lineCounter = new LineCounter();
  const document = parseDocument(source.text, { lineCounter, schema: "json", uniqueKeys: false });
  const node = document.getIn(path, true) as { range?: readonly number[] } | undefined;
  if (!node?.range) return message;
  return `${source.name}, line ${lineCounter.linePos(node.range[0]).line}: ${message}`;
}

/** The key that a message begins with. */
function keyIn(message: string): string | undefined {
  const [, unknown, ofGame, plain] =
    /^(?:unknown key "([^"]+)"|game(?: "[^"]*")?: ([\w.]+)|(game|[\w.[\]]+)(?: × [\w.]+)* (?:must|is) )/.exec(
      message,
    ) ?? [];
  return unknown ?? (ofGame === undefined ? plain : `game.${ofGame}`);
}

/** The path in a file to the value that a key names, as far as the file has it; undefined if it has no part of it. */
function pathTo(file: object, key: string, got: string | undefined): (string | number)[] | undefined {
  const parts = key.split(/[.[\]]+/).filter((part) => part !== "");
  for (const place of PLACES) {
    const [at, depth] = follow(file, place);
    if (depth < place.length || !isRecord(at)) continue;
    // the rejected value may come from an axis that varies the setting, not from the setting itself
    const axis = AXES.find((name) => isRecord(at[name]) && at[name].key === key);
    const [value, found] = follow(at, parts);
    const isOwn =
      got === undefined || typeof value === "object" || parts[0] === "game" || quote(value) === got;
    if (found > 0 && (found < parts.length || isOwn)) return [...place, ...parts.slice(0, found)];
    if (axis) return [...place, axis];
  }
  return undefined;
}

/** The value at a path, or at the part of the path that exists, and the length of that part. */
function follow(from: unknown, path: readonly string[]): [unknown, number] {
  let at = from;
  for (const [depth, part] of path.entries()) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return [at, depth];
    at = (at as Record<string, unknown>)[part];
  }
  return [at, path.length];
}
