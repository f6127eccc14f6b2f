// Building blocks for checking configurations. The message of a schema is the part of an error message that says what
// is allowed: `complaint` puts the key before it and the rejected value after it.

import { closest, distance } from "fastest-levenshtein";
import * as v from "valibot";
import { MesaError } from "./errors.ts";
import type { Axis } from "./grid.ts";

/** The range of a number, both ends included. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** how many characters of a value an error message quotes */
const QUOTED = 60;

/** A value as an error message shows it: on one line, and short. */
export function quote(value: unknown): string {
  let text: string;
  try {
    // JSON cannot represent NaN, Infinity or undefined
    text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  } catch {
    text = typeof value; // JSON cannot represent a bigint or a cycle
  }
  if (text.length > QUOTED) text = `${text.slice(0, QUOTED - 1)}…`;
  // control characters, line ends and halves of surrogate pairs, which JSON may leave unescaped
  return text.replace(
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** one wrong letter is allowed for each so many letters of a word */
const LETTERS_A_SLIP = 3;

/** ` (did you mean "discount"?)` if a word is close to one of some names; else an empty string. */
export function meant(word: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const near = closest(word, [...names]);
  const slips = distance(word.toLowerCase(), near.toLowerCase());
  const most = word.length < LETTERS_A_SLIP ? 0 : Math.max(1, Math.floor(word.length / LETTERS_A_SLIP));
  return slips <= most && word !== near ? ` (did you mean ${quote(near)}?)` : "";
}

/** A finite number within bounds. */
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

/** Whether a value is an object in the sense of JSON: not an array, a Map or a Date. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** An object that may have these keys only. */
export function object<E extends v.ObjectEntries>(entries: E, keys = Object.keys(entries).join(", ")) {
  return v.pipe(v.custom<object>(isRecord, `an object with ${keys}`), v.strictObject(entries, keys));
}

/** Checks objects that have a key with one schema, and all other values with another. */
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

/** Options that every solving function takes; the values are checked where they are used. */
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
 * Checks that a function's options are an object with no other keys than these.
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

/** A grid within bounds; each key may be left out. */
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

/** The path of a schema's issue: `state.theta.min`. @param within the path of the checked value */
export function pathOf({ path }: v.BaseIssue<unknown>, within = ""): string {
  return (path ?? []).reduce(
    (path, { type, key }) =>
      type === "array" ? `${path}[${key}]` : path === "" ? `${key}` : `${path}.${key}`,
    within,
  );
}

/** One line for a schema's issue. @param within the path of the checked value */
export function complaint(issue: v.BaseIssue<unknown>, within = ""): string {
  const path = pathOf(issue, within);
  if (issue.expected === "never") {
    const key = String(issue.path?.at(-1)?.key);
    return `unknown key ${quote(path)}${meant(key, issue.message.match(/\w+/g) ?? [])}; allowed are ${issue.message}`;
  }
  // the value is an object, so the only other issue of this type is a missing key
  if (issue.type === "strict_object") return `${path} is missing`;
  return `${path} must be ${issue.message}, got ${quote(issue.input)}`;
}
