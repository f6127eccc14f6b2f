// Claims: a document contains certain words, and the numbers in them are what a test has computed.
import { readFile } from "node:fs/promises";
import { expect, type TestContext } from "vitest";

/** A document, or any text, in which claims are looked up. */
export interface Document {
  readonly name: string;
  /** its words, with one space between them */
  readonly text: string;
  /** the positions of the numbers that a claim has checked */
  readonly claimed: Set<number>;
}

/** A document made of a given text. */
export function documentOf(name: string, text: string): Document {
  return { name, text: words(text), claimed: new Set() };
}

/** A file of this repository. */
export async function readDocument(path: string): Promise<Document> {
  return documentOf(path, await readFile(new URL(`../../${path}`, import.meta.url), "utf8"));
}

const words = (text: string) => text.replace(/\s+/g, " ");

/** A number as it is printed. */
export interface Printed {
  readonly text: string;
  readonly at: number;
  readonly value: number;
  /** what its last digit is worth */
  readonly unit: number;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
// A minus is a sign only at the start of a word; a digit within a word is not a number.
const NUMBER =
  /(?:(?<=^|[\s(])[−-])?(?<![\p{L}\p{N}_.:=]|[\p{L}\p{N}][−-])\d+(?:,\d{3})*(?:\.\d+)?(?:e[−-]?\d+)?(?:(⁻?)([⁰¹²³⁴-⁹]+))?( ?%)?(?![\p{L}\d]|\.\d)/gu;

/**
 * The numbers in a text: 0.86, 54 %, −0.18, 1e-6, 10⁻¹¹, 262,144.
 *
 * The only digit of a power of ten is its exponent, so only its order of magnitude is checked.
 */
export function numbersIn(text: string): Printed[] {
  return [...text.matchAll(NUMBER)].map((match) => {
    const [whole, minus, superscript, percent] = match;
    const plain = whole.replace(/[−-]/g, "-").replace(/,| ?%|[⁻⁰¹²³⁴-⁹]/g, "");
    const [, decimals = "", exponent = "0"] = /^-?\d+(?:\.(\d+))?(?:e(-?\d+))?$/.exec(plain)!;
    const scale = percent ? 0.01 : 1;
    let value = Number(plain) * scale;
    let unit = 10 ** (Number(exponent) - decimals.length) * scale;
    if (superscript) {
      const power = Number([...superscript].map((digit) => SUPERSCRIPTS.indexOf(digit)).join(""));
      value **= minus ? -power : power;
      unit = value;
    }
    return { text: whole, at: match.index, value, unit };
  });
}

/** The position of a quote in a document, whatever the line breaks. */
function find({ name, text }: Document, quote: string): number {
  const at = text.indexOf(words(quote));
  expect(at, `${name} does not say “${quote}”`).toBeGreaterThanOrEqual(0);
  return at;
}

/** Checks that a document has these words; the test itself shows why they are true. */
export function says(document: Document, quote: string): void {
  const start = find(document, quote);
  for (const { at } of numbersIn(words(quote))) document.claimed.add(start + at);
}

/**
 * Checks that a document has these words, and that each number in them is the given value, rounded to the digits that
 * are printed.
 *
 * @param values one for each number, in the same order
 */
export function claim(document: Document, quote: string, values: readonly number[]): void {
  const printed = numbersIn(words(quote));
  expect(values.length, `“${quote}” has the numbers ${printed.map(({ text }) => text).join(", ")}`).toBe(
    printed.length,
  );
  for (const [i, { text, value, unit }] of printed.entries()) {
    const off = Math.abs(values[i] - value);
    expect(off <= unit * (0.5 + 1e-9), `“${quote}” has ${text}, and it is ${values[i]}`).toBe(true);
  }
  says(document, quote);
}

/**
 * The fractions and percentages that no claim has checked, from some words of a document to others, or to its end. Tables
 * that are filled in from bench/results have their own test.
 */
export function unclaimed(document: Document, from: string, to?: string): string[] {
  const start = find(document, from);
  const end = to === undefined ? document.text.length : find(document, to);
  const code = [...document.text.matchAll(/<!-- measured.*?<!-- end -->|```.*?```|`[^`]*`|\]\([^)]*\)/g)].map(
    ({ 0: text, index }) => [index, index + text.length] as const,
  );
  return numbersIn(document.text)
    .filter(({ at, text }) => at > start && at < end && /[.%]/.test(text))
    .filter(({ at }) => !code.some(([begin, stop]) => begin < at && at < stop))
    .filter(({ at }) => !document.claimed.has(at))
    .map(({ at }) => document.text.slice(at - 30, at + 20));
}

/** Skips a test unless all others of its file have passed: only then have all claims been checked. */
export function afterAllOthers({ task, skip }: TestContext): void {
  const passed = (tasks: typeof task.file.tasks): boolean =>
    tasks.every(
      (one) => one === task || (one.type === "suite" ? passed(one.tasks) : one.result?.state === "pass"),
    );
  if (!passed(task.file.tasks)) skip();
}
