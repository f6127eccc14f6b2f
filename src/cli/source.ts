// Where in a file a complaint is about. Messages begin with the key that is wrong, as people write it:
// `schedule.learningRate must be …`, `unknown key "dicount"`, `game "mine": output, column 5: …`.

import { isRecord, quote } from "../schema.ts";

/** A file as it was read. */
interface Source {
  /** what it is called in messages */
  readonly name: string;
  readonly text: string;
  /** the object in it */
  readonly value: Record<string, unknown>;
}

let sources: Source[] = [];
let settings: string[] = [];

/** Begins a command, which has read nothing yet. */
export function forgetSources(): void {
  sources = [];
  settings = [];
}

/** Keeps what was read. */
export const keepSource = (source: Source) => sources.push(source);

/** Keeps that a key has its value from `--set`. */
export const keepSetting = (key: string) => settings.push(key);

/** the longest file in which a line is looked for, in characters */
const LONGEST = 2 ** 20;
/** where a file has configurations, and a diagram's or a sweep's axes */
const PLACES = [[], ["config"], ["phase"], ["phase", "config"], ["sweep"], ["sweep", "config"]];
const AXES = ["x", "y", "over"];

/** A message with the file and the line that it is about before it, where there is one such file and line. */
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

/** Where a file has what a key means, as far as it has that; undefined where it has nothing of it. */
function pathTo(file: object, key: string, got: string | undefined): (string | number)[] | undefined {
  const parts = key.split(/[.[\]]+/).filter((part) => part !== "");
  for (const place of PLACES) {
    const [at, depth] = follow(file, place);
    if (depth < place.length || !isRecord(at)) continue;
    // what was got may be an axis's, and not the setting's own
    const axis = AXES.find((name) => isRecord(at[name]) && at[name].key === key);
    const [value, found] = follow(at, parts);
    const isOwn =
      got === undefined || typeof value === "object" || parts[0] === "game" || quote(value) === got;
    if (found > 0 && (found < parts.length || isOwn)) return [...place, ...parts.slice(0, found)];
    if (axis) return [...place, axis];
  }
  return undefined;
}

/** What lies at a path, and how much of the path there is. */
function follow(from: unknown, path: readonly string[]): [unknown, number] {
  let at = from;
  for (const [depth, part] of path.entries()) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return [at, depth];
    at = (at as Record<string, unknown>)[part];
  }
  return [at, path.length];
}
