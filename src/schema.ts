// What configurations are checked with. Every message of a schema here is the part of a complaint that says what is
// allowed: `complaint` puts the key before it and what was got behind it.

import { closest, distance } from "fastest-levenshtein";
import * as v from "valibot";
import { MesaError } from "./errors.ts";
import type { Axis } from "./grid.ts";

/** What a number must lie within, both ends included. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** how much of a value is quoted, in characters */
const QUOTED = 60;

/** How a value looks in a message: on one line, and short. */
export function quote(value: unknown): string {
  let text: string;
  try {
    // JSON has no NaN, no Infinity and no undefined
    text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  } catch {
    text = typeof value; // what JSON cannot hold: a bigint, a cycle
  }
  if (text.length > QUOTED) text = `${text.slice(0, QUOTED - 1)}…`;
  // control characters, line ends and halves of surrogate pairs, which JSON may leave as they are
  return text.replace(
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** letters of a word for each that may be wrong in it */
const LETTERS_A_SLIP = 3;

/** ` (did you mean "discount"?)` after a word that is nearly one of some names; else nothing. */
export function meant(word: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const near = closest(word, [...names]);
  const slips = distance(word.toLowerCase(), near.toLowerCase());
  const most = word.length < LETTERS_A_SLIP ? 0 : Math.max(1, Math.floor(word.length / LETTERS_A_SLIP));
  return slips <= most && word !== near ? ` (did you mean ${quote(near)}?)` : "";
}

/** A finite number within a parameter's bounds. */
export function bounded({ min, max }: Bounds, integer = false) {
  const range =
    min !== undefined && max !== undefined
      ? `in [${min}, ${max}]`
      : min !== undefined
        ? `of at least ${min}`
        : max !== undefined
          ? `of at most ${max}`
          : "";
  const number = `a ${integer ? "whole" : "finite"} number ${range}`.trimEnd();
  return v.pipe(
    v.number(number),
    integer ? v.safeInteger(number) : v.finite(number),
    v.minValue(min ?? -Number.MAX_VALUE, range.replace(/^of /, "")),
    v.maxValue(max ?? Number.MAX_VALUE, range.replace(/^of /, "")),
  );
}

/** A whole number of at least `min`. */
export function whole(min: number) {
  const allowed = `a whole number of at least ${min}`;
  return v.pipe(v.number(allowed), v.safeInteger(allowed), v.minValue(min, allowed));
}

/** Whether a value is an object as JSON has them: no array, no Map, no Date. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** An object with these keys and no others. */
export function object<E extends v.ObjectEntries>(entries: E, keys = Object.keys(entries).join(", ")) {
  return v.pipe(v.custom<object>(isRecord, `an object with ${keys}`), v.strictObject(entries, keys));
}

/** What objects with a key are checked by, and what those without. */
export function byKey<A extends v.GenericSchema, B extends v.GenericSchema>(
  key: string,
  having: A,
  lacking: B,
) {
  const schema = v.lazy((input): A | B => (isRecord(input) && Object.hasOwn(input, key) ? having : lacking));
  return Object.assign(schema, { alternatives: [having, lacking] });
}

/** A function. */
export const callable = v.custom<() => void>((value) => typeof value === "function", "a function");

/** Options that solving takes wherever it is done; what their values may be is checked where they are used. */
export const solvingOptions = {
  backend: v.any(),
  method: v.any(),
  precision: v.any(),
  threads: v.any(),
  gpu: v.optional(
    v.custom(
      (value) => typeof (value as { requestAdapter?: unknown })?.requestAdapter === "function",
      "a WebGPU implementation, with requestAdapter",
    ),
  ),
  signal: v.optional(
    v.custom(
      (value) => typeof (value as { throwIfAborted?: unknown })?.throwIfAborted === "function",
      "an AbortSignal",
    ),
  ),
  onProgress: v.optional(callable),
};

/**
 * Checks a function's options: that they are an object with no other keys than these.
 *
 * @throws MesaError `INVALID_CONFIG`
 */
export function checkOptions(options: unknown, entries: v.ObjectEntries): void {
  const optional = Object.fromEntries(
    Object.entries(entries).map(([key, schema]) => [key, v.optional(schema)]),
  );
  const result = v.safeParse(object(optional, Object.keys(entries).join(", ")), options, {
    abortEarly: true,
  });
  if (!result.success) throw new MesaError("INVALID_CONFIG", complaint(result.issues[0], "options"));
}

/** A grid within bounds, any part of which may be left out. */
export function axis(defaults: Axis, bounds: Bounds = {}) {
  return v.optional(
    object({
      min: v.optional(bounded(bounds), defaults.min),
      max: v.optional(bounded(bounds), defaults.max),
      count: v.optional(whole(1), defaults.count),
    }),
    {},
  );
}

/** Where a schema's issue is: `state.theta.min`. @param within the path of what was checked */
export function pathOf({ path }: v.BaseIssue<unknown>, within = ""): string {
  return (path ?? []).reduce(
    (path, { type, key }) =>
      type === "array" ? `${path}[${key}]` : path === "" ? `${key}` : `${path}.${key}`,
    within,
  );
}

/** One line for a schema's issue. @param within the path of what was checked */
export function complaint(issue: v.BaseIssue<unknown>, within = ""): string {
  const path = pathOf(issue, within);
  if (issue.expected === "never") {
    const key = String(issue.path?.at(-1)?.key);
    return `unknown key ${quote(path)}${meant(key, issue.message.match(/\w+/g) ?? [])}; allowed are ${issue.message}`;
  }
  // of an object that was one, only a key that is not there is left to complain of
  if (issue.type === "strict_object") return `${path} is missing`;
  return `${path} must be ${issue.message}, got ${quote(issue.input)}`;
}
